import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sink that answers with what it was sent, as a proxy in debug mode does: credentials and all. */
export type TellingSink = {
  readonly url: string;
  /** The Authorization headers that came. */
  readonly credentials: ReadonlySet<string>;
  readonly answerWith: (status: number) => void;
  readonly stop: () => Promise<void>;
};

export async function startTellingSink(): Promise<TellingSink> {
  const credentials = new Set<string>();
  let status = 202;
  const server = createServer((request, response) => {
    credentials.add(request.headers.authorization ?? '');
    request.resume();
    request.once('end', () => {
      response.writeHead(status, { 'content-type': 'text/plain' });
      response.end(status < 300 ? '' : `${request.headers.authorization} ${request.url}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    answerWith: (next) => {
      status = next;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
