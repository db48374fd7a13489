import { Agent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubernetesAnswer, KubernetesRequest } from '../../../core/kubernetes-request.ts';

/** The demo works one request at a time, but for the lists of a step. */
const maxSockets = 8;
const defaultTimeoutMs = 30_000;

/**
 * Requests to a cluster of this process over its own port, as any client sends them.
 * @param signal ends requests that are under way; later ones fail at once
 */
export function createLoopbackRequest(server: {
  readonly url: string;
  /** PEM; only used over HTTPS. */
  readonly certificateAuthority: string;
  readonly token: string;
  readonly signal: AbortSignal;
}): KubernetesRequest {
  const isTls = server.url.startsWith('https:');
  const send = isTls ? requestTls : requestPlain;
  const agent = isTls
    ? new TlsAgent({ keepAlive: true, maxSockets, ca: server.certificateAuthority })
    : new Agent({ keepAlive: true, maxSockets });
  server.signal.addEventListener('abort', () => agent.destroy(), { once: true });
  return ({ method, path, headers, body, timeoutMs = defaultTimeoutMs }) =>
    new Promise<KubernetesAnswer>((resolve, reject) => {
      const signal = AbortSignal.any([server.signal, AbortSignal.timeout(timeoutMs)]);
      const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const fail = (cause: unknown) => reject(new Error(`Cannot ${method} ${path}`, { cause }));
      const sent = send(
        `${server.url}${path}`,
        {
          method,
          agent,
          signal,
          headers: {
            authorization: `Bearer ${server.token}`,
            ...(payload === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
            ...headers,
          },
        },
        (response) => {
          text(response).then((answer) => {
            resolve({
              status: response.statusCode ?? 0,
              headers: Object.fromEntries(
                Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
              ),
              body: parse(answer),
              bodyBytes: Buffer.byteLength(answer),
            });
          }, fail);
        },
      );
      sent.on('error', fail);
      sent.end(payload);
    });
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
