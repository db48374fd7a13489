import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { CloudEvent } from '../core/cloud-event.ts';
import type { EventAnswer } from '../core/event-answer.ts';
import { receiveEvents } from './receive-events.ts';
import { type HttpServer, serveHttp } from './serve.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const event: CloudEvent = { id: '1', source: '/s', type: 't', extensions: {}, data: undefined };

/** Serves `/`, whose events are as many as its body has bytes. */
async function serve(handle: (events: readonly CloudEvent[]) => Promise<EventAnswer>): Promise<string> {
  server = await serveHttp({
    port: 0,
    raw: receiveEvents({
      decode: (headers, body) =>
        headers['x-bad'] === undefined
          ? { kind: 'events', events: Array.from({ length: body.length }, () => event) }
          : { kind: 'invalid', reason: 'not a CloudEvent' },
      paths: { '/': handle },
      maxBodyBytes: 100,
      maxBufferedBytes: 150,
      onError: () => {},
    }),
    fetch: () => new Response('elsewhere', { status: 404 }),
    onError: () => {},
  });
  return `http://127.0.0.1:${server.port}`;
}

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });

it('receiveEvents() answers what the handler says, with no body for a 2xx', async () => {
  const seen: number[] = [];
  const url = await serve(async (events) => {
    seen.push(events.length);
    return { status: events.length === 3 ? 202 : 204 };
  });
  const stored = await post(`${url}/?q=1`, 'abc');
  expect([stored.status, await stored.text(), stored.headers.get('content-length')]).toEqual([202, '', '0']);
  expect((await post(url, 'ab')).status).toBe(204);
  expect(seen).toEqual([3, 2]);
});

it('receiveEvents() sends a reply event, and a reason with Retry-After for a refusal', async () => {
  const url = await serve(async (events) =>
    events.length === 1
      ? { status: 200, reply: { headers: { 'ce-id': '7', 'content-type': 'application/json' }, body: '{}' } }
      : { status: 503, retryAfterSeconds: 1, message: 'away' },
  );
  const reply = await post(url, 'a');
  expect([reply.status, reply.headers.get('ce-id'), await reply.json()]).toEqual([200, '7', {}]);
  const refusal = await post(url, 'ab');
  expect([refusal.status, refusal.headers.get('retry-after'), await refusal.text()]).toEqual([
    503,
    '1',
    'away\n',
  ]);
});

it('receiveEvents() answers 400 for what is no event, and tells nothing of an unexpected error', async () => {
  const url = await serve(() => Promise.reject(new Error('secret')));
  const bad = await post(url, 'a', { 'x-bad': '1' });
  expect([bad.status, await bad.text()]).toEqual([400, 'not a CloudEvent\n']);
  const failed = await post(url, 'a');
  expect([failed.status, await failed.text()]).toEqual([500, 'internal error\n']);
});

it('receiveEvents() leaves other methods and paths to others', async () => {
  const url = await serve(async () => ({ status: 202 }));
  expect((await fetch(url)).status).toBe(404);
  expect((await post(`${url}/other`, 'a')).status).toBe(404);
});

it('receiveEvents() refuses a body that is too large, announced or not', async () => {
  const url = await serve(async () => ({ status: 202 }));
  expect((await post(url, 'x'.repeat(101))).status).toBe(413);
  const chunked = new ReadableStream({
    start(controller) {
      for (let index = 0; index < 30; index += 1)
        controller.enqueue(new TextEncoder().encode('x'.repeat(10)));
      controller.close();
    },
  });
  const answer = await fetch(url, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit);
  expect(answer.status).toBe(413);
  expect((await post(url, 'x'.repeat(100))).status).toBe(202);
});

it('receiveEvents() refuses what would make too much of unfinished bodies, and forgets senders that went away', async () => {
  const url = await serve(async () => ({ status: 202 }));
  const slow = connect(Number(new URL(url).port), '127.0.0.1');
  await once(slow, 'connect');
  slow.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
  await delay(100);
  const refused = await post(url, 'x'.repeat(60));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await post(url, 'x'.repeat(50))).status).toBe(202);
  slow.destroy();
  await delay(100);
  expect((await post(url, 'x'.repeat(60))).status).toBe(202);
});
