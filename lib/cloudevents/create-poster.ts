import { getCACertificates } from 'node:tls';
import { Agent } from 'undici';
import type { HttpHeaders } from './decode-http-event.ts';

/** One HTTP POST, made once. */
export type Post = (request: {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Bound on the whole exchange, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}) => Promise<PostResult>;

export type PostResult =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: HttpHeaders; readonly body: Buffer }
  | {
      readonly kind: 'no-answer';
      /** False where no connection came about: the receiver cannot have seen anything. */
      readonly connected: boolean;
      readonly reason: string;
    };

export type Poster = { readonly post: Post; readonly close: () => Promise<void> };

/**
 * Posts over kept connections.
 * @param options.connections most connections per origin
 * @param options.caCerts PEM that is trusted in addition to the default certificates
 * @param options.maxAnswerBytes longer answers count as no answer
 */
export function createPoster(options: {
  readonly connections: number;
  readonly caCerts?: string | undefined;
  readonly maxAnswerBytes: number;
  /** How long an idle connection is kept. Default 4 s: Go's ingress closes idle connections after 10 s. */
  readonly keepAliveMs?: number;
}): Poster {
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: options.keepAliveMs ?? 4_000,
    // A server's own hint may only shorten it.
    keepAliveMaxTimeout: options.keepAliveMs ?? 4_000,
    connect: {
      timeout: 10_000,
      ...(options.caCerts === undefined
        ? {}
        : { ca: [...getCACertificates('default'), ...splitPem(options.caCerts)] }),
    },
    // The poster bounds the whole exchange itself.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const post: Post = async ({ url, headers, body, timeoutMs, signal }) => {
    signal?.throwIfAborted();
    const abandon = new AbortController();
    const timer = setTimeout(() => abandon.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const onAbort = () => abandon.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers,
        body,
        signal: abandon.signal,
      });
      const bytes = await readBounded(response.body, options.maxAnswerBytes);
      return { kind: 'answer', status: response.statusCode, headers: response.headers, body: bytes };
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: 'no-answer', connected: !isConnectError(error), reason: describe(error) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  return { post, close: () => agent.close() };
}

async function readBounded(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function isConnectError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isConnectError);
  return connectCodes.has((error as { code?: string }).code ?? '');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: string }).code;
  const message = error.message === '' ? error.name : error.message;
  return code === undefined ? message : `${code}: ${message}`;
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
