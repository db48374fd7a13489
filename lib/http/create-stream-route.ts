import type { IncomingMessage, ServerResponse } from 'node:http';
import { corsHeaders } from './cors-headers.ts';
import type { ServedRequest } from './create-router.ts';
import { requestIdOf } from './request-id.ts';
import type { RawHandler } from './serve.ts';
import { statusResponse } from './status-response.ts';
import { openStreamConnection, type StreamConnection } from './stream-connection.ts';
import { traceparentOf } from './traceparent-of.ts';

export type StreamRequest = {
  readonly url: URL;
  /** First value of a header. */
  readonly header: (name: string) => string | undefined;
  readonly requestId: string;
};

export type StreamAnswer =
  | { readonly kind: 'refused'; readonly response: Response }
  /** `follow` sends until the stream is over and says why it ended. */
  | {
      readonly kind: 'stream';
      /** An event stream where it says nothing else. */
      readonly contentType?: string;
      readonly follow: (connection: StreamConnection) => Promise<string>;
    };

/** More than this waits in no client's buffer: enough for a burst, little enough for thousands of clients. */
const maxBufferedBytes = 64 * 1024;

/**
 * GET requests that are answered by streams, on plain node objects. All others are left to the router.
 * @param options.maxClients streams open at a time; more are refused with 503
 */
export function createStreamRoute(options: {
  /** Which GET requests are streams. */
  readonly takes: (url: URL) => boolean;
  readonly name: string;
  readonly maxClients: number;
  readonly open: (request: StreamRequest) => Promise<StreamAnswer>;
  readonly newId: () => string;
  readonly now: () => number;
  readonly onServed: (served: ServedRequest) => void;
  readonly onOpened: () => void;
  readonly onEnded: (reason: string, requestId: string) => void;
  readonly onError: (error: unknown, requestId: string) => void;
}): RawHandler {
  let clients = 0;

  async function serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const startedAt = options.now();
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const requestId = requestIdOf(header, options.newId);
    const headers = { 'x-krateo-traceid': requestId, 'x-request-id': requestId };
    const served = (status: number): void =>
      options.onServed({
        route: options.name,
        method: 'GET',
        status,
        durationMs: options.now() - startedAt,
        requestId,
        ...traceparentOf(header),
      });
    if (clients >= options.maxClients) {
      const busy = statusResponse(503, 'too many streams are open', { headers: { 'retry-after': '5' } });
      await sendResponse(response, busy, headers);
      served(503);
      return;
    }
    clients += 1;
    try {
      const answer = await options.open({ url, header, requestId });
      if (answer.kind === 'refused') {
        await sendResponse(response, answer.response, headers);
        served(answer.response.status);
        return;
      }
      if (response.destroyed) return;
      const contentType = answer.contentType ?? 'text/event-stream; charset=utf-8';
      const connection = openStreamConnection(response, { contentType, headers, maxBufferedBytes });
      served(200);
      options.onOpened();
      options.onEnded(await answer.follow(connection), requestId);
    } catch (error) {
      options.onError(error, requestId);
      if (response.headersSent) response.destroy();
      else await sendResponse(response, statusResponse(500, 'internal error'), headers);
    } finally {
      clients -= 1;
    }
  }

  return (request, response) => {
    if (request.method !== 'GET') return false;
    const url = urlOf(request);
    if (url === undefined || !options.takes(url)) return false;
    return serve(request, response, url);
  };
}

function urlOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  // Only the path and the query matter; a request target may also be a whole URL.
  return URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost') : undefined;
}

async function sendResponse(
  response: ServerResponse,
  answer: Response,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const body = await answer.text();
  response.writeHead(answer.status, { ...corsHeaders, ...Object.fromEntries(answer.headers), ...headers });
  response.end(body);
}
