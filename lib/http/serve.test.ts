import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../local/cluster/tls/certificates.ts';
import { serveHttp } from './serve.ts';
import { wholeResponse } from './whole-response.ts';

it('serveHttp() closes after the requests in flight, whatever connections are open', async () => {
  let answer: (response: Response) => void = () => {};
  const answered = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  let arrive: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const handle = (): Promise<Response> => {
    arrive();
    return answered;
  };
  const server = await serveHttp({ port: 0, fetch: handle, onError: () => {} });
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  const inFlight = fetch(`http://127.0.0.1:${server.port}/`);
  await arrived;
  let closed = false;
  const closing = server.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(closed).toBe(false);
  answer(new Response('done'));
  expect(await (await inFlight).text()).toBe('done');
  await closing;
  silent.destroy();
});

it.each(['fetch', 'raw'] as const)(
  'serveHttp() closes after the work of %s for clients that have left',
  async (way) => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const work = Promise.withResolvers<void>();
    const server = await serveHttp({
      port: 0,
      raw: (_, response) => {
        response.once('close', () => left.resolve());
        arrived.resolve();
        return way === 'raw' && work.promise;
      },
      fetch: () => work.promise.then(() => new Response('late')),
      onError: () => {},
    });
    const client = connect(server.port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: mirror\r\n\r\n');
    await arrived.promise;
    client.destroy();
    await left.promise;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed).toBe(false);
    work.resolve();
    await closing;
  },
);

it('serveHttp() keeps idle connections longer than queue-proxy and brokers use them, which is 90 s', async () => {
  const server = await serveHttp({ port: 0, fetch: () => new Response('ok'), onError: () => {} });
  // Node says its keepAliveTimeout to the client.
  const answer = await fetch(`http://127.0.0.1:${server.port}/`);
  const [, seconds] = /^timeout=(\d+)$/.exec(answer.headers.get('keep-alive') ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThan(90);
  await answer.text();
  await server.close();
});

it.each(['text with ü', Buffer.from('text with ü')])(
  'serveHttp() sends a body that is there already with its length: %o',
  async (body) => {
    const headers = { 'content-type': 'text/plain', 'x-more': 'yes' };
    const handle = () => wholeResponse(body, { status: 201, headers });
    const server = await serveHttp({ port: 0, fetch: handle, onError: () => {} });
    const answer = await fetch(`http://127.0.0.1:${server.port}/`);
    expect([answer.status, answer.headers.get('content-length')]).toEqual([201, '12']);
    expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
    expect(await answer.text()).toBe('text with ü');
    expect(await handle().text()).toBe('text with ü');
    await server.close();
  },
);

it('serveHttp() says which port is taken', async () => {
  const first = await serveHttp({ port: 0, fetch: () => new Response(), onError: () => {} });
  const second = serveHttp({ port: first.port, fetch: () => new Response(), onError: () => {} });
  await expect(second).rejects.toThrow(`Cannot listen on port ${first.port}: it is taken`);
  await first.close();
});

it('serveHttp() answers probes with the reason', async () => {
  let problem: string | undefined = 'starting';
  const server = await serveHttp({
    port: 0,
    fetch: () => new Response('function'),
    health: { notReady: () => problem },
    onError: () => {},
  });
  const url = `http://127.0.0.1:${server.port}`;
  const unready = await fetch(`${url}/readyz`);
  expect([unready.status, await unready.text()]).toEqual([503, 'not ok: starting\n']);
  problem = undefined;
  for (const path of ['/readyz', '/livez', '/health/liveness', '/health/readiness']) {
    expect((await fetch(url + path)).status).toBe(200);
  }
  expect(await (await fetch(`${url}/other`)).text()).toBe('function');
  await server.close();
});

it('serveHttp() takes HTTPS on the port of HTTP where it has a certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubemirror-tls-'));
  const authority = createAuthority('test', new Date());
  const { certificate, privateKey } = issueServerCertificate(authority, ['127.0.0.1'], new Date());
  const tls = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  writeFileSync(tls.certFile, certificate);
  writeFileSync(tls.keyFile, privateKey);
  const server = await serveHttp({
    port: 0,
    tls,
    fetch: (request) => new Response(`got ${new URL(request.url).pathname}`),
    onError: () => {},
  });
  expect(await (await fetch(`http://127.0.0.1:${server.port}/plain`)).text()).toBe('got /plain');
  const answer = await new Promise<string>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, path: '/secret', ca: authority.certificate };
    get(options, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
  expect(answer).toBe('got /secret');
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  silent.destroy();
  await server.close();
  rmSync(folder, { recursive: true });
});

it.each([
  [431, `GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: here\r\n\r\n`],
  [400, 'this is no HTTP\r\n\r\n'],
])('serveHttp() answers %d with a Status to what never becomes a request', async (code, sent) => {
  const server = await serveHttp({ port: 0, fetch: () => new Response('never'), onError: () => {} });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(sent);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
  expect(JSON.parse(body)).toMatchObject({ kind: 'Status', status: 'Failure', code });
  await server.close();
});
