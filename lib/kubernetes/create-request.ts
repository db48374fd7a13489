import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import { type ApiServer, callApiServer } from './api-server.ts';
import { readAnswer } from './read-answer.ts';

const defaultTimeoutMs = 30_000;

/** `KubernetesRequest` over the connections for requests. */
export function createRequest(server: ApiServer): KubernetesRequest {
  return async ({ method, path, headers = {}, body, signal, timeoutMs = defaultTimeoutMs }) => {
    signal?.throwIfAborted();
    // No AbortSignal.any: on a signal that lives as long as the process it keeps an entry per request.
    const abandon = new AbortController();
    const onAbort = () => abandon.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(
      () => abandon.abort(new Error(`no whole answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      const response = await callApiServer(server, {
        purpose: 'request',
        method,
        path,
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        signal: abandon.signal,
      });
      return await readAnswer(response);
    } catch (cause) {
      signal?.throwIfAborted();
      const [place] = path.split('?', 1);
      throw new Error(`Cannot ${method} ${place}: ${describe(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
}

/** undici hides why a connection failed in codes and nested errors; without that a log line says nothing. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && !error.message.includes(code)
    ? `${error.message || error.name} (${code})`
    : error.message || error.name;
}
