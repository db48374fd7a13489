import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../local/cluster/tls/certificates.ts';
import { createPoster, type Poster } from './create-poster.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server, scheme: string): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return new URL(`${scheme}://127.0.0.1:${address.port}/sink?a=b`);
}

function posterWith(options: Partial<Parameters<typeof createPoster>[0]> = {}): Poster {
  const poster = createPoster({ connections: 2, maxAnswerBytes: 1_000, ...options });
  cleanups.push(() => poster.close());
  return poster;
}

const request = { headers: {}, body: 'x', timeoutMs: 5_000 };
const accept: RequestListener = (_request, response) => response.writeHead(202).end();

describe('createPoster over TLS', () => {
  const authority = createAuthority('tests', new Date());
  const { certificate, privateKey } = issueServerCertificate(authority, ['127.0.0.1'], new Date());
  const serve = () => listen(createHttpsServer({ cert: certificate, key: privateKey }, accept), 'https');

  it('trusts the certificates that it is given', async () => {
    const { post } = posterWith({ caCerts: `# a comment\n${authority.certificate}\n` });
    expect(await post({ ...request, url: await serve() })).toMatchObject({ kind: 'answer', status: 202 });
  });

  it('trusts nobody else, and knows that the receiver has seen nothing', async () => {
    const other = createAuthority('others', new Date());
    for (const options of [{}, { caCerts: other.certificate }]) {
      const { post } = posterWith(options);
      expect(await post({ ...request, url: await serve() })).toMatchObject({
        kind: 'no-answer',
        connected: false,
      });
    }
  });
});

describe('createPoster', () => {
  it('keeps path and query, and gives status, headers and body back', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen(
      createHttpServer((incoming, response) => {
        seen.push(incoming.method, incoming.url);
        response.writeHead(429, { 'retry-after': '3' }).end('later');
      }),
      'http',
    );
    const { post } = posterWith();
    expect(await post({ ...request, url })).toMatchObject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '3' },
      body: Buffer.from('later'),
    });
    expect(seen).toEqual(['POST', '/sink?a=b']);
  });

  it('uses a connection again', async () => {
    const server = createHttpServer(accept);
    const url = await listen(server, 'http');
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const { post } = posterWith({ connections: 1 });
    for (let index = 0; index < 5; index += 1) await post({ ...request, url });
    expect(connections).toBe(1);
  });

  it('counts an answer that is too long as none', async () => {
    const url = await listen(
      createHttpServer((_incoming, response) => response.end('x'.repeat(1_001))),
      'http',
    );
    expect(await posterWith().post({ ...request, url })).toMatchObject({
      kind: 'no-answer',
      connected: true,
      reason: 'the answer is longer than 1000 bytes',
    });
  });

  it('counts an answer that breaks off as none', async () => {
    const url = await listen(
      createHttpServer((_incoming, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => response.destroy());
      }),
      'http',
    );
    expect(await posterWith().post({ ...request, url })).toMatchObject({
      kind: 'no-answer',
      connected: true,
    });
  });

  it('tells a refused connection from one that broke', async () => {
    const server = createHttpServer(accept);
    const url = await listen(server, 'http');
    server.close();
    await once(server, 'close');
    expect(await posterWith().post({ ...request, url })).toMatchObject({
      kind: 'no-answer',
      connected: false,
    });
  });

  it('bounds the whole exchange, also an answer that never ends', async () => {
    const url = await listen(
      createHttpServer((_incoming, response) => {
        const timer = setInterval(() => response.write('.'), 5);
        response.on('close', () => clearInterval(timer));
      }),
      'http',
    );
    expect(await posterWith().post({ ...request, url, timeoutMs: 60 })).toEqual({
      kind: 'no-answer',
      connected: true,
      reason: 'no answer within 60 ms',
    });
  });

  it("rejects with the signal's reason", async () => {
    const url = await listen(
      createHttpServer(() => {}),
      'http',
    );
    const abort = new AbortController();
    const { post } = posterWith();
    const posted = post({ ...request, url, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(posted).rejects.toThrow('enough');
    await expect(post({ ...request, url, signal: abort.signal })).rejects.toThrow('enough');
  });
});
