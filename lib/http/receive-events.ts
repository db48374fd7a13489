import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { CloudEvent } from '../core/cloud-event.ts';
import type { EventAnswer } from '../core/event-answer.ts';
import { overloadedAnswer } from '../core/ingest-answer.ts';
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
 * @param options.maxBufferedBytes of all bodies that are still being read; beyond them 429, so that many slow
 * senders of large bodies cannot fill the memory; default 64 MB
 */
export function receiveEvents(options: {
  readonly decode: DecodeEvents;
  readonly paths: Readonly<Record<string, (events: readonly CloudEvent[]) => Promise<EventAnswer>>>;
  readonly maxBodyBytes: number;
  readonly maxBufferedBytes?: number;
  readonly onError: (error: unknown) => void;
}): RawHandler {
  const limits = {
    maxBytes: options.maxBodyBytes,
    maxBufferedBytes: options.maxBufferedBytes ?? 64_000_000,
    bufferedBytes: 0,
  };
  return (request, response) => {
    if (request.method !== 'POST') return false;
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const handle = Object.hasOwn(options.paths, path) ? options.paths[path] : undefined;
    if (handle === undefined) return false;
    readBody(request, limits, (body) => {
      if (body.kind === 'refused') {
        // The rest of the body will not be read.
        response.setHeader('connection', 'close');
        answer(response, body.answer);
        return;
      }
      const decoded = options.decode(request.headers, body.bytes);
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

type BodyLimits = {
  readonly maxBytes: number;
  readonly maxBufferedBytes: number;
  /** Of all requests that are being read, by what they announced or have sent so far. */
  bufferedBytes: number;
};

type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly answer: EventAnswer };

/** Calls back once, with the whole body or with the answer why not; not at all when the sender went away. */
function readBody(request: IncomingMessage, limits: BodyLimits, done: (body: Body) => void): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  const refusal = refusalOf(announced, announced, limits);
  if (refusal !== undefined) {
    done({ kind: 'refused', answer: refusal });
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let reserved = announced;
  let ended = false;
  limits.bufferedBytes += reserved;
  const end = (body?: Body) => {
    if (ended) return;
    ended = true;
    limits.bufferedBytes -= reserved;
    if (body !== undefined) done(body);
  };
  request.on('data', (chunk: Buffer) => {
    if (ended) return;
    bytes += chunk.length;
    if (bytes > reserved) {
      const more = bytes - reserved;
      const late = refusalOf(bytes, more, limits);
      if (late !== undefined) {
        chunks.length = 0;
        end({ kind: 'refused', answer: late });
        return;
      }
      reserved += more;
      limits.bufferedBytes += more;
    }
    chunks.push(chunk);
  });
  request.once('end', () => {
    end({ kind: 'body', bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) });
  });
  request.once('close', () => end());
}

function refusalOf(bytes: number, more: number, limits: BodyLimits): EventAnswer | undefined {
  if (bytes > limits.maxBytes) return { status: 413, message: `larger than ${limits.maxBytes} bytes` };
  if (limits.bufferedBytes > 0 && limits.bufferedBytes + more > limits.maxBufferedBytes)
    return overloadedAnswer;
  return undefined;
}

/** 204 has no body by definition, and Node refuses a length with it. */
const emptyBody = { 'content-length': '0' };

function answer(response: ServerResponse, result: EventAnswer): void {
  const { reply, message } = result;
  if (reply === undefined && message === undefined) {
    response.writeHead(result.status, result.status === 204 ? undefined : emptyBody).end();
    return;
  }
  const body = reply?.body ?? (message === undefined ? '' : `${message}\n`);
  const headers: Record<string, string | number> = {
    ...(message !== undefined && { 'content-type': 'text/plain; charset=utf-8' }),
    ...(result.retryAfterSeconds !== undefined && { 'retry-after': result.retryAfterSeconds }),
    ...reply?.headers,
  };
  headers['content-length'] = Buffer.byteLength(body);
  response.writeHead(result.status, headers);
  response.end(body);
}
