import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { serveHttp } from './serve.ts';

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
