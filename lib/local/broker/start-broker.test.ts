import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeHttpEvent } from '../../cloudevents/encode-http-event.ts';
import type { CloudEvent } from '../../core/cloud-event.ts';
import { selectBrokerManifests } from './broker-manifests.ts';
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
});
