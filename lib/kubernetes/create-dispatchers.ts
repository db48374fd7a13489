import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { TlsMaterial } from './credentials.ts';

/** Watches hold a connection each for minutes; requests share few. */
export type Purpose = 'watch' | 'request';

export type Dispatchers = {
  readonly of: (purpose: Purpose, tls: TlsMaterial) => Dispatcher;
  readonly close: () => Promise<void>;
};

/**
 * Most connections for lists, reviews and writes. More would only queue at the server: a list costs it up to
 * 10 seats of the 245 or so that all service accounts share (API Priority and Fairness).
 */
const requestConnections = 8;

/**
 * Connection pools over HTTP/1.1, one for watches and one for the rest, for the TLS material of the moment:
 * when a certificate rotates, new requests get a new pool and the old one ends with its last stream.
 * HTTP/2 would save sockets beyond some hundred kinds, but one lost connection would then end every watch.
 */
export function createDispatchers(options: { readonly proxyUrl?: string | undefined }): Dispatchers {
  let generation: { key: string; watch: Dispatcher; request: Dispatcher } | undefined;
  return {
    of: (purpose, tls) => {
      const key = keyOf(tls);
      if (generation?.key !== key) {
        const old = generation;
        generation = {
          key,
          watch: build(options.proxyUrl, tls, { connections: null, keepAliveTimeout: 1_000 }),
          request: build(options.proxyUrl, tls, {
            connections: requestConnections,
            keepAliveTimeout: 30_000,
          }),
        };
        void old?.watch.close();
        void old?.request.close();
      }
      return generation[purpose];
    },
    close: async () => {
      await Promise.all([generation?.watch.destroy(), generation?.request.destroy()]);
    },
  };
}

function build(
  proxyUrl: string | undefined,
  tls: TlsMaterial,
  own: { connections: number | null; keepAliveTimeout: number },
): Dispatcher {
  const common = {
    ...own,
    allowH2: false,
    pipelining: 1,
    headersTimeout: 30_000,
    // The default of 300 s ends quiet watches; callers bound their own waits.
    bodyTimeout: 0,
  };
  // Half-open connections are found in half a minute or so; 60 s, the default, loses against balancers that
  // forget idle connections after 60 s.
  const socket = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxyUrl === undefined) return new Agent({ ...common, connect: { ...socket, ...tls } });
  if (proxyUrl.startsWith('socks')) {
    return new Socks5ProxyAgent(proxyUrl, { ...common, requestTls: { ...socket, ...tls } });
  }
  return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: { ...socket, ...tls } });
}

function keyOf(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) {
    hash.update(`${name}\0`);
    hash.update(Buffer.isBuffer(value) ? value : JSON.stringify(value));
    hash.update('\0');
  }
  return hash.digest('base64');
}
