import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeHttpEvent } from '../../cloudevents/encode-http-event.ts';
import type { CloudEvent } from '../../core/cloud-event.ts';
import { type BrokerFaults, parseBrokerFaults } from './broker-faults.ts';
import { selectBrokerManifests } from './broker-manifests.ts';
import type { BrokerStats } from './broker-stats.ts';
import { type BrokerOptions, type DevelopmentBroker, startBroker } from './start-broker.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Call = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
type Answer = (response: ServerResponse, call: Call, index: number) => void;

async function fakeService(answer: Answer): Promise<{ url: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      calls.push(call);
      answer(response, call, calls.length - 1);
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
  return { url: `http://127.0.0.1:${address.port}`, calls };
}

const status =
  (code: number, body = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end(body);

const sequence =
  (...answers: Answer[]): Answer =>
  (response, call, index) =>
    (answers[index] ?? answers[answers.length - 1] ?? status(500))(response, call, index);

type Spec = Record<string, unknown>;
const quick = { retry: 3, backoffPolicy: 'exponential', backoffDelay: 'PT0.001S' };

function manifests(triggers: Record<string, Spec>, brokerSpec: Spec = {}) {
  const apiVersion = 'eventing.knative.dev/v1';
  const values = [
    { apiVersion, kind: 'Broker', metadata: { name: 'default' }, spec: brokerSpec },
    ...Object.entries(triggers).map(([name, spec]) => ({
      apiVersion,
      kind: 'Trigger',
      metadata: { name },
      spec: { broker: 'default', subscriber: { ref: { kind: 'Service', name } }, delivery: quick, ...spec },
    })),
  ];
  return selectBrokerManifests(
    values.map((value) => ({ file: 'test', value })),
    'kubemirror',
  );
}

async function brokerFor(options: BrokerOptions): Promise<DevelopmentBroker> {
  const broker = await startBroker(options);
  cleanups.push(() => broker.stop());
  return broker;
}

const event: CloudEvent = {
  id: 'one',
  source: '/clusters/c/resources-watcher',
  type: 'a.b',
  time: '2026-02-03T04:05:06.123456789Z',
  extensions: { partitionkey: 'u' },
  data: { kind: 'Pod' },
};

async function send(
  broker: DevelopmentBroker,
  sent: CloudEvent = event,
  headers: Record<string, string> = {},
): Promise<number> {
  const message = encodeHttpEvent(sent);
  const response = await fetch(broker.brokerUrl('kubemirror', 'default'), {
    method: 'POST',
    headers: { ...message.headers, ...headers },
    body: message.body as string,
  });
  await response.arrayBuffer();
  return response.status;
}

describe('the ingress', () => {
  it.each([
    ['GET', '/kubemirror/default', 405],
    ['PUT', '/kubemirror/default', 405],
    ['OPTIONS', '/kubemirror/default', 200],
    ['POST', '/', 404],
    ['POST', '/kubemirror', 400],
    ['POST', '/kubemirror/default/more', 400],
    ['POST', '/kubemirror/other', 404],
    ['POST', '/kubemirror/default', 202],
    ['POST', '/kubemirror/default/', 202],
  ])('answers %s %s with %s', async (method, path, expected) => {
    const broker = await brokerFor({ manifests: manifests({}) });
    const message = encodeHttpEvent(event);
    const response = await fetch(`${broker.url}${path}`, {
      method,
      headers: { ...message.headers },
      ...(method === 'GET' ? {} : { body: message.body as string }),
    });
    expect(response.status).toBe(expected);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
    await response.arrayBuffer();
  });

  it.each([
    ['no CloudEvent', { 'content-type': 'application/json' }, '{}'],
    ['an invalid one', { 'ce-specversion': '1.0', 'ce-id': '', 'ce-source': '/s', 'ce-type': 't' }, '{}'],
    [
      'a batch',
      { 'content-type': 'application/cloudevents-batch+json' },
      '[{"specversion":"1.0","id":"i","source":"/s","type":"t"}]',
    ],
    [
      'a spent TTL',
      {
        'ce-specversion': '1.0',
        'ce-id': 'i',
        'ce-source': '/s',
        'ce-type': 't',
        'ce-knativebrokerttl': '1',
      },
      '',
    ],
  ])('answers %s with 400', async (_name, headers, body) => {
    const broker = await brokerFor({ manifests: manifests({}) });
    const response = await fetch(broker.brokerUrl('kubemirror', 'default'), {
      method: 'POST',
      headers,
      body,
    });
    expect(response.status).toBe(400);
  });

  it('hands subscribers what the multi-tenant broker hands them', async () => {
    const { url, calls } = await fakeService(status(202));
    const broker = await brokerFor({ manifests: manifests({ sub: {} }), services: { sub: url } });
    const passed = { 'x-request-id': 'r', traceparent: '00-1', 'knative-x': 'k', 'x-b3-sampled': '1' };
    expect(await send(broker, event, { ...passed, authorization: 'Bearer t', 'x-other': 'o' })).toBe(202);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).toBe('{"kind":"Pod"}');
    expect(calls[0]?.headers).toMatchObject({
      ...passed,
      'ce-id': 'one',
      'ce-time': '2026-02-03T04:05:06.123456789Z',
      'ce-partitionkey': 'u',
      'ce-knativearrivaltime': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/) as string,
      'kn-namespace': 'kubemirror',
      prefer: 'reply',
      'user-agent': 'Go-http-client/1.1',
    });
    expect(Object.keys(calls[0]?.headers ?? {})).not.toEqual(
      expect.arrayContaining(['authorization', 'x-other', 'ce-knativebrokerttl']),
    );
  });
});

describe('the in-memory broker', () => {
  it.each([
    ['202, empty', status(202), 1, 202],
    ['200 with a JSON body', status(200, '{"ok":true}'), 4, 500],
    ['503', status(503), 4, 500],
    ['500', status(500), 4, 500],
    ['429', status(429), 4, 500],
    ['404', status(404), 4, 500],
    ['503, 503, 202', sequence(status(503), status(503), status(202)), 3, 202],
    ['400', status(400), 1, 500],
    ['422', status(422), 1, 500],
    ['a dropped connection', sequence((response) => response.destroy(), status(202)), 2, 202],
  ])('with a subscriber that answers %s', async (_name, answer, calls, sourceStatus) => {
    const subscriber = await fakeService(answer);
    const broker = await brokerFor({ manifests: manifests({ sub: {} }), services: { sub: subscriber.url } });
    expect(await send(broker)).toBe(sourceStatus);
    expect(subscriber.calls).toHaveLength(calls);
  });

  it('answers only after every Trigger has had its retries, and lets the others have theirs', async () => {
    const failing = await fakeService(status(503));
    const working = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({ failing: {}, working: {} }),
      services: { failing: failing.url, working: working.url },
    });
    expect(await send(broker)).toBe(500);
    expect(failing.calls).toHaveLength(4);
    expect(working.calls).toHaveLength(1);
  });

  it('gives a failed event to the dead letter sink with the reason and tells the source 202', async () => {
    const subscriber = await fakeService(status(422, 'bad row'));
    const sink = await fakeService(status(202));
    const deadLetterSink = { ref: { kind: 'Service', name: 'sink' }, uri: '/dead-letter' };
    const broker = await brokerFor({
      manifests: manifests({ sub: { delivery: { ...quick, deadLetterSink } } }),
      services: { sub: subscriber.url, sink: sink.url },
    });
    expect(await send(broker)).toBe(202);
    expect(sink.calls[0]).toMatchObject({
      path: '/dead-letter',
      body: '{"kind":"Pod"}',
      headers: {
        'ce-id': 'one',
        'ce-knativeerrorcode': '422',
        'ce-knativeerrordest': `${subscriber.url}/`,
        'ce-knativeerrordata': Buffer.from('bad row').toString('base64'),
      },
    });
  });

  it('takes the dead letter sink of the Broker where the Trigger names none', async () => {
    const subscriber = await fakeService(status(400));
    const sink = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({ sub: {} }, { delivery: { deadLetterSink: { uri: sink.url } } }),
      services: { sub: subscriber.url },
    });
    expect(await send(broker)).toBe(202);
    expect(sink.calls).toHaveLength(1);
  });

  it('tells the source 500 where the dead letter sink fails as well', async () => {
    const subscriber = await fakeService(status(400));
    const sink = await fakeService(status(500));
    const broker = await brokerFor({
      manifests: manifests({ sub: { delivery: { ...quick, deadLetterSink: { uri: sink.url } } } }),
      services: { sub: subscriber.url },
    });
    expect(await send(broker)).toBe(500);
    expect(sink.calls).toHaveLength(4);
  });

  it('lets a reply into the broker again, where other Triggers get it', async () => {
    const reply = encodeHttpEvent({ ...event, id: 'two', type: 'reply' });
    const first = await fakeService((response) =>
      response.writeHead(200, { ...reply.headers }).end(reply.body),
    );
    const second = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({
        first: { filter: { attributes: { type: 'a.b' } } },
        second: { filters: [{ exact: { type: 'reply' } }] },
      }),
      services: { first: first.url, second: second.url },
    });
    expect(await send(broker)).toBe(202);
    expect(first.calls).toHaveLength(1);
    expect(second.calls.map(({ headers }) => headers['ce-id'])).toEqual(['two']);
  });

  it('multiplies the calls of a subscriber that answers its own replies until the TTL is spent', async () => {
    const reply = encodeHttpEvent({ ...event, id: 'again' });
    const echo = await fakeService((response) =>
      response.writeHead(200, { ...reply.headers }).end(reply.body),
    );
    const broker = await brokerFor({ manifests: manifests({ echo: {} }), services: { echo: echo.url } });
    const extensions = { knativebrokerttl: '4' };
    expect(await send(broker, { ...event, extensions })).toBe(500);
    // Generations at TTL 3, 2 and 1; every refusal makes the generation above send its reply four times.
    expect(echo.calls).toHaveLength(1 + 4 + 16);
  });

  it('keeps the mode of the event towards the subscriber unless delivery.format asks for another', async () => {
    const plain = await fakeService(status(202));
    const json = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({ plain: {}, json: { delivery: { ...quick, format: 'json' } } }),
      services: { plain: plain.url, json: json.url },
    });
    await send(broker);
    expect(plain.calls[0]?.headers['content-type']).toBe('application/json');
    expect(json.calls[0]?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(JSON.parse(json.calls[0]?.body ?? '')).toMatchObject({ id: 'one', data: { kind: 'Pod' } });
  });

  it('leaves out Triggers whose subscriber is unknown until it is there', async () => {
    const { url, calls } = await fakeService(status(202));
    const broker = await brokerFor({ manifests: manifests({ late: {} }) });
    expect(await send(broker)).toBe(202);
    broker.setService('late', url);
    expect(await send(broker)).toBe(202);
    expect(calls).toHaveLength(1);
  });
});

describe('a broker that stores', () => {
  it.each(['kafka-unordered', 'kafka-ordered:4', 'rabbit:8', 'jetstream:1', 'imc-async'])(
    'answers 202 before anything is delivered: %s',
    async (profile) => {
      const open: ServerResponse[] = [];
      const { url, calls } = await fakeService((response) => {
        open.push(response);
      });
      const broker = await brokerFor({ manifests: manifests({ sub: {} }), services: { sub: url }, profile });
      expect(await send(broker)).toBe(202);
      await expect.poll(() => open.length).toBe(1);
      open[0]?.writeHead(202).end();
      await broker.idle();
      expect(calls).toHaveLength(1);
      expect(broker.stats()).toMatchObject({ pending: 0, triggers: { 'kubemirror/sub': { delivered: 1 } } });
    },
  );

  it.each([
    ['kafka-unordered', 503],
    ['jetstream', 500],
  ])('%s refuses a record above 1 MiB with %s every time', async (profile, expected) => {
    const broker = await brokerFor({ manifests: manifests({}), profile });
    const long = { ...event, data: 'x'.repeat(1_048_576) };
    expect(await send(broker, long)).toBe(expected);
    expect(await send(broker, long)).toBe(expected);
    expect(await send(broker)).toBe(202);
  });

  it('JetStream suppresses a second event of the same id, whatever its source', async () => {
    const { url, calls } = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({ sub: {} }),
      services: { sub: url },
      profile: 'jetstream',
    });
    expect(await send(broker)).toBe(202);
    expect(await send(broker, { ...event, source: '/another' })).toBe(202);
    await broker.idle();
    expect(calls).toHaveLength(1);
  });

  it('JetStream loses an event at the first 503 where the Trigger has no delivery', async () => {
    const { url, calls } = await fakeService(sequence(status(503), status(202)));
    const broker = await brokerFor({
      manifests: manifests({ sub: { delivery: undefined } }, { delivery: quick }),
      services: { sub: url },
      profile: 'jetstream',
    });
    await send(broker);
    await broker.idle();
    expect(calls).toHaveLength(1);
    expect(broker.stats().losses).toMatchObject([{ id: 'one', trigger: 'kubemirror/sub' }]);
  });

  it('JetStream delivers again behind the others', async () => {
    const { url, calls } = await fakeService(sequence(status(503), status(202)));
    const broker = await brokerFor({
      manifests: manifests({ sub: { delivery: { ...quick, backoffDelay: 'PT0.3S' } } }),
      services: { sub: url },
      profile: 'jetstream',
    });
    await Promise.all([send(broker), send(broker, { ...event, id: 'two' })]);
    await broker.idle();
    const ids = calls.map(({ headers }) => headers['ce-id']);
    expect(ids).toHaveLength(3);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it.each(['kafka-unordered', 'kafka-ordered', 'rabbit', 'jetstream'])(
    '%s delivers after a restart what it had accepted',
    async (profile) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'kubemirror-broker-'));
      cleanups.push(() => rm(dataDir, { recursive: true }));
      const silent = await fakeService(() => {});
      const taking = await fakeService(status(202));
      const options = { manifests: manifests({ sub: {} }), profile, dataDir };
      const first = await startBroker({ ...options, services: { sub: silent.url } });
      for (const id of ['a', 'b', 'c']) expect(await send(first, { ...event, id })).toBe(202);
      await first.stop();
      const second = await brokerFor({ ...options, services: { sub: taking.url } });
      await second.idle();
      expect(taking.calls.map(({ headers }) => String(headers['ce-id'])).toSorted()).toEqual(['a', 'b', 'c']);
      expect(taking.calls[0]?.body).toBe('{"kind":"Pod"}');
    },
  );

  it('the asynchronous in-memory broker forgets what it had accepted', async () => {
    const silent = await fakeService(() => {});
    const taking = await fakeService(status(202));
    const dataDir = tmpdir();
    const options = { manifests: manifests({ sub: {} }), profile: 'imc-async', dataDir };
    const first = await startBroker({ ...options, services: { sub: silent.url } });
    expect(await send(first)).toBe(202);
    await first.stop();
    const second = await brokerFor({ ...options, services: { sub: taking.url } });
    await second.idle();
    expect(taking.calls).toEqual([]);
  });
});

describe('the faults', () => {
  async function faulty(faults: Partial<BrokerFaults>, answer = status(202)) {
    const service = await fakeService(answer);
    const broker = await brokerFor({
      manifests: manifests({ sub: {} }),
      services: { sub: service.url },
      faults,
    });
    return { broker, calls: service.calls };
  }

  it('duplicate delivers twice', async () => {
    const { broker, calls } = await faulty({ duplicate: 1 });
    expect(await send(broker)).toBe(202);
    expect(calls).toHaveLength(2);
  });

  it('dropAnswer makes the broker send again what the subscriber has', async () => {
    const { broker, calls } = await faulty({ dropAnswer: 1 });
    expect(await send(broker)).toBe(500);
    expect(calls).toHaveLength(4);
  });

  it('dropRequest keeps attempts from the subscriber', async () => {
    const { broker, calls } = await faulty({ dropRequest: 1 });
    expect(await send(broker)).toBe(500);
    expect(calls).toHaveLength(0);
    broker.setFaults({ dropRequest: 0 });
    expect(await send(broker)).toBe(202);
  });

  it('refuse answers the source with the failure status', async () => {
    const { broker, calls } = await faulty({ refuse: 1 });
    expect(await send(broker)).toBe(500);
    expect(calls).toHaveLength(0);
  });

  it('dropAck drops the connection of a source whose event was taken', async () => {
    const { broker, calls } = await faulty({ dropAck: 1 });
    await expect(send(broker)).rejects.toThrow('fetch failed');
    expect(calls).toHaveLength(1);
  });

  it('reorderWindow and maxDelayMs deliver everything all the same', async () => {
    const service = await fakeService(status(202));
    const broker = await brokerFor({
      manifests: manifests({ sub: {} }),
      services: { sub: service.url },
      profile: 'kafka-unordered:2',
      faults: { reorderWindow: 20, maxDelayMs: 5 },
    });
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => send(broker, { ...event, id })));
    await broker.idle();
    const delivered = service.calls.map(({ headers }) => String(headers['ce-id']));
    expect(delivered.toSorted()).toEqual(ids.toSorted());
    expect(delivered).not.toEqual(ids);
  });

  it('are switched over HTTP as well, and the stats are read there', async () => {
    const { broker, calls } = await faulty({});
    const switched = await fetch(`${broker.url}/_broker/faults`, { method: 'PUT', body: '{"refuse":1}' });
    expect(switched.status).toBe(204);
    expect(await send(broker)).toBe(500);
    const stats = (await (await fetch(`${broker.url}/_broker/stats`)).json()) as BrokerStats;
    expect(stats).toMatchObject({ accepted: 0, refused: 1, pending: 0 });
    expect(calls).toEqual([]);
  });

  it.each(['nonsense=1', 'duplicate=2', 'duplicate=', 'maxDelayMs=-1', 'duplicate'])(
    'refuses %j on the command line',
    (text) => {
      expect(() => parseBrokerFaults(text)).toThrow(TypeError);
    },
  );

  it('are read from the command line', () => {
    expect(parseBrokerFaults('duplicate=0.1, maxDelayMs=50')).toMatchObject({
      duplicate: 0.1,
      maxDelayMs: 50,
      dropAck: 0,
    });
  });
});
