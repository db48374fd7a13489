import type { Dispatcher } from 'undici';
import type { Dispatchers, Purpose } from './create-dispatchers.ts';
import type { Credentials } from './credentials.ts';

/** An API server with all that a request to it needs. */
export type ApiServer = {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly pathPrefix: string;
  readonly credentials: Credentials;
  readonly dispatchers: Dispatchers;
  readonly userAgent: string;
};

export type ApiCall = {
  readonly purpose: Purpose;
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
};

/**
 * Sends one request as who we are now; a 401 renews the credentials and is tried once more, since tokens
 * rotate between reading and arriving. The body has not been read yet.
 * @throws where no answer came
 */
export async function callApiServer(server: ApiServer, call: ApiCall): Promise<Dispatcher.ResponseData> {
  const first = await send(server, call);
  if (first.statusCode !== 401) return first;
  await first.body.dump();
  await server.credentials.renew();
  return send(server, call);
}

async function send(server: ApiServer, call: ApiCall): Promise<Dispatcher.ResponseData> {
  const { headers, tls } = await server.credentials.current();
  call.signal.throwIfAborted();
  return server.dispatchers.of(call.purpose, tls).request({
    origin: server.origin,
    path: server.pathPrefix + call.path,
    method: call.method,
    headers: { accept: 'application/json', 'user-agent': server.userAgent, ...headers, ...call.headers },
    body: call.body ?? null,
    signal: call.signal,
  });
}
