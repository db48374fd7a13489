import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
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

  const post: Post = (request) => {
    if (request.signal?.aborted === true) return Promise.reject(request.signal.reason);
    return new Promise((resolve, reject) => {
      exchange(agent, request, options.maxAnswerBytes, { resolve, reject });
    });
  };
  return { post, close: () => agent.close() };
}

/**
 * One exchange on the dispatcher's own callbacks. `agent.request` makes a stream, an async iterator and an abort
 * listener for every answer, most of which are empty: 119 µs of CPU per event with them, 70 µs without.
 */
function exchange(
  agent: Agent,
  { url, headers, body, timeoutMs, signal }: Parameters<Post>[0],
  maxAnswerBytes: number,
  done: { readonly resolve: (result: PostResult) => void; readonly reject: (reason: unknown) => void },
): void {
  let controller: Dispatcher.DispatchController | undefined;
  let isOver = false;
  let status = 0;
  let answerHeaders: HttpHeaders = {};
  const chunks: Buffer[] = [];
  let length = 0;

  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const fail = (error: unknown): void => {
    if (!end()) return;
    if (signal?.aborted === true) done.reject(signal.reason);
    else done.resolve({ kind: 'no-answer', connected: !isConnectError(error), reason: describe(error) });
  };
  /** Also before the request has a connection: it may wait for one. */
  const abandon = (reason: Error): void => {
    fail(reason);
    controller?.abort(reason);
  };
  const onAbort = () => abandon(new Error('aborted'));
  const timer = setTimeout(() => abandon(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });

  agent.dispatch(
    { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers: { ...headers }, body },
    {
      onRequestStart: (started) => {
        controller = started;
        if (isOver) started.abort(new Error('given up'));
      },
      onResponseStart: (_, statusCode, received) => {
        status = statusCode;
        answerHeaders = received;
      },
      onResponseData: (_, chunk) => {
        length += chunk.length;
        if (length > maxAnswerBytes) abandon(new Error(`the answer is longer than ${maxAnswerBytes} bytes`));
        else chunks.push(chunk);
      },
      onResponseEnd: () => {
        if (!end()) return;
        const [only = Buffer.alloc(0)] = chunks;
        const answer = chunks.length > 1 ? Buffer.concat(chunks, length) : only;
        done.resolve({ kind: 'answer', status, headers: answerHeaders, body: answer });
      },
      onResponseError: (_, error) => fail(error),
    },
  );
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
