import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { acceptTls, type TlsFiles } from './accept-tls.ts';
import { answerClientError } from './answer-client-error.ts';
import { statusResponse } from './status-response.ts';
import { wholeBodyOf } from './whole-response.ts';

/** What the probes ask; each answers with the reason why not, or nothing when all is well. */
export type Health = {
  /** The work loop is stuck and only a restart helps. */
  readonly notLive?: () => string | undefined;
  /** A dependency is gone, or the process is starting or draining. */
  readonly notReady?: () => string | undefined | Promise<string | undefined>;
};

export type HttpServer = {
  readonly port: number;
  /**
   * Stops accepting, lets requests in flight end, closes idle connections; resolves when all are gone, and so is the
   * work for them, also where a client did not wait for its answer.
   */
  readonly close: () => Promise<void>;
};

/**
 * Takes a request itself, or returns false and leaves it to `fetch`. For paths where Fetch objects cost too much.
 * @returns where it may work on after the response is closed, a promise that resolves when it is done; never rejects
 */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<void>;

/**
 * Serves a Fetch handler on all interfaces, with probes beside it.
 * @param options.onError gets what the handler threw; the client only learns that it was an internal error.
 * @throws when the port is taken: "Cannot listen on port 8080: it is taken"
 */
export async function serveHttp(options: {
  readonly port: number;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly raw?: RawHandler;
  readonly health?: Health;
  /** HTTPS beside HTTP on the same port. */
  readonly tls?: TlsFiles | undefined;
  readonly onError: (error: unknown) => void;
}): Promise<HttpServer> {
  // Who closes what handlers use (a pool, a client of the API server) needs to know when none of them runs any more.
  const working = new Set<Promise<unknown>>();
  const track = <Result>(work: Result | Promise<Result>): Result | Promise<Result> => {
    if (!(work instanceof Promise)) return work;
    const settled: Promise<unknown> = work.then(
      () => working.delete(settled),
      () => working.delete(settled),
    );
    working.add(settled);
    return work;
  };
  const fetchListener = getRequestListener(
    async (request, { outgoing }) => {
      try {
        const response = await track(options.fetch(request));
        const body = wholeBodyOf(response);
        if (body === undefined || !(outgoing instanceof ServerResponse)) return response;
        const length = Buffer.byteLength(body);
        outgoing.writeHead(response.status, {
          ...Object.fromEntries(response.headers),
          'content-length': length,
        });
        outgoing.end(body);
        return RESPONSE_ALREADY_SENT;
      } catch (error) {
        options.onError(error);
        return statusResponse(500, 'internal error');
      }
    },
    { overrideGlobalObjects: false },
  );
  let requestsInFlight = 0;
  const answers = new WeakMap<Socket, ServerResponse>();
  // Not closeIdleConnections(): it leaves connections alone that never sent a request, and those that become
  // idle only later, until their keep-alive ends after minutes.
  let whenIdle: (() => void) | undefined;
  const server = createServer((request, response) => {
    requestsInFlight += 1;
    answers.set(request.socket, response);
    response.once('close', () => {
      requestsInFlight -= 1;
      answers.delete(request.socket);
      if (requestsInFlight === 0) whenIdle?.();
    });
    if (answerProbe(request, response, options.health ?? {})) return;
    const taken = options.raw?.(request, response) ?? false;
    if (taken instanceof Promise) void track(taken);
    if (taken !== false) return;
    void fetchListener(request, response);
  });
  server.on('clientError', (error, socket: Socket) => {
    void answerClientError(error, socket, answers.get(socket)?.headersSent === true);
  });
  // Brokers and queue-proxy keep idle connections for 90 s; a shorter keep-alive here shows as sporadic 502s.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 125_000;
  // Streams live for minutes; bodies are bounded in size and by the caller's own timeout.
  server.requestTimeout = 0;

  const dual = options.tls === undefined ? undefined : acceptTls(server, options.tls);
  const listener = dual?.listener ?? server;
  await listen(listener, options.port);
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      whenIdle = () => (dual ?? server).closeAllConnections();
      if (requestsInFlight === 0) whenIdle();
      await closed;
      await Promise.all(working);
    },
  };
}

async function listen(server: NetServer, port: number): Promise<void> {
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'it is taken' : (code ?? 'unknown error');
    throw new Error(`Cannot listen on port ${port}: ${why}`, { cause: error });
  }
}

const probes: Readonly<Record<string, 'notLive' | 'notReady'>> = {
  '/livez': 'notLive',
  '/readyz': 'notReady',
  '/health/liveness': 'notLive',
  '/health/readiness': 'notReady',
};

function answerProbe(request: IncomingMessage, response: ServerResponse, health: Health): boolean {
  const path = request.url?.split('?', 1)[0] ?? '';
  const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
  if (probe === undefined) return false;
  void Promise.resolve(health[probe]?.())
    .catch(() => 'the check itself failed')
    .then((problem) => {
      response.writeHead(problem === undefined ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(problem === undefined ? 'ok' : `not ok: ${problem}\n`);
    });
  return true;
}
