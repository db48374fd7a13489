import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../core/cloud-event.ts';
import type { Log } from '../runtime/log.ts';
import { createEventSink, type EventSink, type EventSinkOptions } from './create-event-sink.ts';
import { encodeHttpEvent } from './encode-http-event.ts';

const event: CloudEvent = {
  id: 'c/u/1/upserted',
  source: '/clusters/c/resources-watcher',
  type: 'io.kubemirror.resource.upserted',
  extensions: { partitionkey: 'u' },
  data: { kind: 'Pod' },
};

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
type Answer = (response: ServerResponse, index: number) => void;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A sink that answers the nth request with the nth answer, the last one from then on. */
async function fakeSink(...answers: [Answer, ...Answer[]]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const index = received.length;
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      (answers[index] ?? answers[answers.length - 1] ?? answers[0])(response, index);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/kubemirror/default`, received };
}

function status(code: number, headers: Record<string, string> = {}, body: string | Buffer = ''): Answer {
  return (response) => response.writeHead(code, headers).end(body);
}

function sinkFor(
  sinkUrl: string,
  options: Partial<EventSinkOptions> = {},
): { sink: EventSink; waits: number[] } {
  const waits: number[] = [];
  const sink = createEventSink({
    sinkUrl,
    maxInFlight: 4,
    timeoutMs: 5_000,
    backoff: { baseMs: 100, capMs: 1_000 },
    now: () => 1_000_000,
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    log: silent,
    ...options,
  });
  cleanups.push(() => sink.close());
  return { sink, waits };
}

describe('createEventSink', () => {
  it('posts in binary mode to the path of the sink and resolves when it is acknowledged', async () => {
    const { url, received } = await fakeSink(status(202));
    const { sink } = sinkFor(url);
    expect(await sink.send(event)).toEqual({ kind: 'accepted', status: 202, attempts: 1 });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      path: '/kubemirror/default',
      body: '{"kind":"Pod"}',
      headers: { 'ce-id': event.id, 'ce-partitionkey': 'u', 'content-type': 'application/json' },
    });
    expect(received[0]?.headers.authorization).toBeUndefined();
  });

  it('sends again with growing waits until the sink takes it', async () => {
    const { url, received } = await fakeSink(status(503), status(500), status(429), status(404), status(202));
    const { sink, waits } = sinkFor(url);
    expect(await sink.send(event)).toEqual({ kind: 'accepted', status: 202, attempts: 5 });
    expect(waits).toEqual([50, 100, 200, 400]);
    expect(new Set(received.map(({ headers }) => headers['ce-id'])).size).toBe(1);
  });

  it('adds the jitter to a Retry-After, which is granted up to a minute', async () => {
    const { url } = await fakeSink(
      status(503, { 'retry-after': '2' }),
      status(429, { 'retry-after': '86400' }),
      status(202),
    );
    const { sink, waits } = sinkFor(url);
    await sink.send(event);
    expect(waits).toEqual([2_050, 60_100]);
  });

  it('sends again after a dropped connection', async () => {
    const { url } = await fakeSink((response) => response.destroy(), status(202));
    const { sink } = sinkFor(url);
    expect(await sink.send(event)).toMatchObject({ kind: 'accepted', attempts: 2 });
  });

  it('sends again when there is no answer in time', async () => {
    const { url } = await fakeSink(() => {}, status(202));
    const { sink } = sinkFor(url, { timeoutMs: 30 });
    expect(await sink.send(event)).toMatchObject({ kind: 'accepted', attempts: 2 });
  });

  it.each([400, 401, 403, 413, 422, 301])('gives a final %s back as an outcome', async (code) => {
    const { url, received } = await fakeSink(status(code, {}, 'no good'));
    const { sink } = sinkFor(url);
    expect(await sink.send(event)).toEqual({
      kind: 'refused',
      status: code,
      attempts: 1,
      message: 'no good',
    });
    expect(received).toHaveLength(1);
  });

  it('hands an event back after maxAttempts answers that failed', async () => {
    const { url, received } = await fakeSink(status(500, {}, 'poison'));
    const { sink } = sinkFor(url, { maxAttempts: 3 });
    expect(await sink.send(event)).toEqual({
      kind: 'exhausted',
      status: 500,
      attempts: 3,
      message: '500 poison',
    });
    expect(received).toHaveLength(3);
  });

  it('waits for a sink that is away however long it takes', async () => {
    const gone = await fakeSink(status(202));
    await cleanups.pop()?.();
    let attempts = 0;
    const abort = new AbortController();
    const { sink } = sinkFor(gone.url, {
      maxAttempts: 3,
      sleep: async () => {
        attempts += 1;
        if (attempts === 20) abort.abort(new Error('enough'));
      },
    });
    await expect(sink.send(event, { signal: abort.signal })).rejects.toThrow('enough');
    expect(attempts).toBe(20);
  });

  it('returns the event of a 200 as the reply, and ignores what a 202 carries', async () => {
    const reply = encodeHttpEvent({ ...event, id: 'reply', type: 'io.kubemirror.resource.wanted' });
    const { url } = await fakeSink(
      status(200, { ...reply.headers }, reply.body),
      status(202, {}, '{"ok":true}'),
    );
    const { sink } = sinkFor(url);
    expect(await sink.send(event)).toMatchObject({
      kind: 'accepted',
      reply: { id: 'reply', data: event.data },
    });
    expect(await sink.send(event)).toEqual({ kind: 'accepted', status: 202, attempts: 1 });
  });

  it('keeps at most maxInFlight under way and makes the others wait', async () => {
    const open: ServerResponse[] = [];
    const { url, received } = await fakeSink((response) => {
      open.push(response);
    });
    const { sink } = sinkFor(url, { maxInFlight: 2 });
    const sends = Array.from({ length: 5 }, () => sink.send(event));
    await expect.poll(() => open.length).toBe(2);
    expect(sink.inFlight()).toBe(2);
    expect(sink.waiting()).toBe(3);
    for (let answered = 0; answered < 5; answered += 1) {
      await expect.poll(() => open.length).toBeGreaterThan(answered);
      open[answered]?.writeHead(202).end();
    }
    await Promise.all(sends);
    expect(received).toHaveLength(5);
    expect(sink.inFlight()).toBe(0);
  });

  it('gives up at once when aborted between two attempts', async () => {
    const { url, received } = await fakeSink(status(503, { 'retry-after': '3600' }));
    const { sink } = sinkFor(url, { sleep: undefined });
    const abort = new AbortController();
    const sent = sink.send(event, { signal: abort.signal });
    await expect.poll(() => received.length).toBe(1);
    abort.abort(new Error('stopping'));
    await expect(sent).rejects.toThrow('stopping');
    expect(sink.inFlight()).toBe(0);
  });

  it('gives up at once when aborted while waiting for a place or for an answer', async () => {
    const { url } = await fakeSink(() => {});
    const { sink } = sinkFor(url, { maxInFlight: 1 });
    const abort = new AbortController();
    const sends = [event, event].map((one) => sink.send(one, { signal: abort.signal }));
    abort.abort(new Error('stopping'));
    for (const send of sends) await expect(send).rejects.toThrow('stopping');
    expect(sink.inFlight()).toBe(0);
  });

  it('close lets what is in flight end and refuses what comes after', async () => {
    let answer: ServerResponse | undefined;
    const { url } = await fakeSink((response) => {
      answer = response;
    });
    const { sink } = sinkFor(url);
    const sent = sink.send(event);
    await expect.poll(() => answer).toBeDefined();
    const closed = sink.close();
    await expect(sink.send(event)).rejects.toThrow('the sink is closed');
    answer?.writeHead(202).end();
    expect(await sent).toMatchObject({ kind: 'accepted' });
    await closed;
  });

  it('sets the extensions of K_CE_OVERRIDES and carries the trace as a header', async () => {
    const { url, received } = await fakeSink(status(202));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { sink } = sinkFor(url, { ceOverrides: '{"extensions":{"region":"eu west","partitionkey":"p"}}' });
    await sink.send({ ...event, extensions: { ...event.extensions, traceparent } });
    expect(received[0]?.headers).toMatchObject({
      'ce-region': 'eu%20west',
      'ce-partitionkey': 'p',
      'ce-traceparent': traceparent,
      traceparent,
    });
  });

  it('sends the OIDC token, and a rotated one at once after a 401', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kubemirror-token-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first\n');
    const { url, received } = await fakeSink(
      status(202),
      (response) => {
        void writeFile(tokenFile, 'second')
          .then(() => utimes(tokenFile, 1, 1))
          .then(() => response.writeHead(401).end());
      },
      status(202),
      status(401),
    );
    const { sink } = sinkFor(url, { tokenFile });
    await sink.send(event);
    expect(await sink.send(event)).toEqual({ kind: 'accepted', status: 202, attempts: 2 });
    expect(received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer first',
      'Bearer second',
    ]);
    expect(await sink.send(event)).toMatchObject({ kind: 'refused', status: 401, attempts: 2 });
  });

  it('sends no token where the file does not exist', async () => {
    const { url, received } = await fakeSink(status(202));
    const { sink } = sinkFor(url, { tokenFile: join(tmpdir(), 'kubemirror-no-such-token') });
    await sink.send(event);
    expect(received[0]?.headers.authorization).toBeUndefined();
  });

  it('tells its observer about attempts and retries', async () => {
    const { url } = await fakeSink(status(503), (response) => response.destroy(), status(202));
    const seen: unknown[] = [];
    const { sink } = sinkFor(url, {
      observer: {
        attempted: ({ status: code }) => seen.push(code),
        retrying: ({ attempt }) => seen.push(`retry ${attempt}`),
      },
    });
    await sink.send(event);
    expect(seen).toEqual([503, 'retry 1', undefined, 'retry 2', 202]);
  });

  it.each(['', 'ftp://sink', '/kubemirror/default', 'sink:8080'])('refuses the sink URL %j', (sinkUrl) => {
    expect(() => sinkFor(sinkUrl)).toThrow('Cannot use K_SINK');
  });

  it.each([
    '{',
    '[]',
    '{"extensions":[]}',
    '{"extensions":{"A":"b"}}',
    '{"extensions":{"id":"b"}}',
    '{"extensions":{"a":1}}',
  ])('refuses the overrides %s', (ceOverrides) => {
    expect(() => sinkFor('http://sink', { ceOverrides })).toThrow('Cannot use K_CE_OVERRIDES');
  });
});
