import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { CloudEvent } from '../core/cloud-event.ts';
import type { EventAnswer } from '../core/event-answer.ts';
import type { RawHandler } from './serve.ts';

export type DecodeEvents = (
  headers: IncomingHttpHeaders,
  body: Buffer,
) =>
  | { readonly kind: 'events'; readonly events: readonly CloudEvent[] }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Takes CloudEvents by POST, straight from node:http: with one event a request, Request and Response objects
 * cost more than the event itself.
 * @param options.paths handlers by path
 * @param options.maxBodyBytes larger bodies are answered 413, at once where their length is announced
 */
export function receiveEvents(options: {
  readonly decode: DecodeEvents;
  readonly paths: Readonly<Record<string, (events: readonly CloudEvent[]) => Promise<EventAnswer>>>;
  readonly maxBodyBytes: number;
  readonly onError: (error: unknown) => void;
}): RawHandler {
  return (request, response) => {
    if (request.method !== 'POST') return false;
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const handle = Object.hasOwn(options.paths, path) ? options.paths[path] : undefined;
    if (handle === undefined) return false;
    readBody(request, options.maxBodyBytes, (body) => {
      if (body === undefined) {
        answer(response, { status: 413, message: `larger than ${options.maxBodyBytes} bytes` });
        return;
      }
      const decoded = options.decode(request.headers, body);
      if (decoded.kind === 'invalid') {
        answer(response, { status: 400, message: decoded.reason });
        return;
      }
      handle(decoded.events).then(
        (result) => answer(response, result),
        (error: unknown) => {
          options.onError(error);
          answer(response, { status: 500, message: 'internal error' });
        },
      );
    });
    return true;
  };
}

/** Calls back with the whole body, or with `undefined` once it is too large; not at all when the sender went away. */
function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | undefined) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (bytes - chunk.length <= maxBytes) {
      chunks.length = 0;
      done(undefined);
    }
  });
  request.on('end', () => {
    if (bytes > maxBytes) return;
    done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
}

function answer(response: ServerResponse, result: EventAnswer): void {
  const { reply, message } = result;
  const body = reply?.body ?? (message === undefined ? '' : `${message}\n`);
  const headers: Record<string, string | number> = {
    ...(message !== undefined && { 'content-type': 'text/plain; charset=utf-8' }),
    ...(result.retryAfterSeconds !== undefined && { 'retry-after': result.retryAfterSeconds }),
    // The rest of a body that is too large will not be read.
    ...(result.status === 413 && { connection: 'close' }),
    ...reply?.headers,
  };
  // 204 has no body by definition, and Node refuses a length with it.
  if (result.status !== 204) headers['content-length'] = Buffer.byteLength(body);
  response.writeHead(result.status, headers);
  response.end(body);
}
