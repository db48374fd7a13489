import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeStructuredEvent } from '../../lib/cloudevents/encode-structured-event.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { manifestEvent } from '../../lib/core/manifest-event.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres.ts';
import { migrate } from '../../lib/postgres/migrate.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import type { Running } from '../../lib/runtime/run-function.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type ObjectFixture, objectEvent } from '../../test/support/ingest.ts';
import { parsePrometheus } from '../../test/support/parse-prometheus.ts';
import { postEvent } from '../../test/support/post-event.ts';
import { resourcesIngesterConfig } from './config.ts';
import { startResourcesIngester } from './start-resources-ingester.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function start(databaseUrl: string, environment: Record<string, string> = {}) {
  const port = await freePort();
  const metricsPort = await freePort();
  const config = loadConfig(resourcesIngesterConfig, {
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    ...environment,
  });
  const running: Running = await startResourcesIngester({
    config,
    log: quiet,
    signal: new AbortController().signal,
  });
  /** Value of each series of one of its metrics, by type or outcome. */
  const counts = async (metric: string): Promise<Record<string, number>> => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const samples = parsePrometheus(text).find(({ name }) => name === metric)?.samples ?? [];
    return Object.fromEntries(
      samples.map(({ labels, value }) => [labels['type'] ?? labels['outcome'] ?? '', value]),
    );
  };
  return { url: `http://127.0.0.1:${port}`, stop: running.stop, counts };
}

describe('resources-ingester', () => {
  let database: TestDatabase;
  let ingester: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    database = await testDatabase();
    ingester = await start(database.url, { CLUSTER_NAME: 'here', MAX_EVENT_BYTES: '4000000' });
  });
  afterAll(async () => {
    await ingester.stop();
    await database.drop();
  });
  beforeEach(() => database.pool.query('truncate resources, resource_history, quarantined_events'));

  const send = (event: CloudEvent, path = '/') => postEvent(`${ingester.url}${path}`, event);
  const uids = async () => {
    const { rows } = await database.pool.query(
      'select uid from resources where deleted_at is null order by uid',
    );
    return rows.map((row) => row.uid);
  };

  it('answers 202 without a body once the row is there, and 204 when there is nothing to do', async () => {
    const first = await send(objectEvent({ uid: 'a', version: '1' }));
    expect([first.status, await first.text()]).toEqual([202, '']);
    expect(await uids()).toEqual(['a']);
    expect((await send(objectEvent({ uid: 'a', version: '1' }))).status).toBe(204);
  });

  it('takes structured and batched events too', async () => {
    const post = (type: string, body: string) =>
      fetch(ingester.url, { method: 'POST', headers: { 'content-type': type }, body });
    const texts = ['a', 'b', 'c'].map((uid) =>
      String(encodeStructuredEvent(objectEvent({ uid, version: '1' })).body),
    );
    expect((await post('application/cloudevents+json', texts[0] ?? '')).status).toBe(202);
    expect(
      (await post('application/cloudevents-batch+json; charset=UTF-8', `[${texts.join()}]`)).status,
    ).toBe(202);
    expect(await uids()).toEqual(['a', 'b', 'c']);
  });

  it('answers a manifest with what it lacks, and deletes what the list lacks', async () => {
    await send(objectEvent({ uid: 'left-over', version: '3' }));
    const event = manifestEvent(
      {
        cluster: 'here',
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        kind: 'Deployment',
        scopeNamespace: '',
        listResourceVersion: '9',
        entries: [['shop', 'cart', 'missing', '7']],
      },
      { functionName: 'resources-watcher', listedAt: '2026-11-20T10:00:00Z', index: 0 },
    );
    const answer = await send(event);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ce-type')).toBe(eventTypes.resourceWanted);
    expect(await answer.json()).toMatchObject({
      cluster: 'here',
      resource: 'deployments',
      identities: [{ namespace: 'shop', name: 'cart', uid: 'missing' }],
    });
    expect(await uids()).toEqual([]);
  });

  it("takes Knative's ApiServerSource for the cluster that CLUSTER_NAME names", async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'cart', namespace: 'shop', uid: 'p', resourceVersion: '4' },
    };
    const event: CloudEvent = {
      id: 'random',
      source: 'https://10.96.0.1:443',
      type: eventTypes.apiServerAdd,
      subject: '/apis/v1/namespaces/shop/pods/cart',
      datacontenttype: 'application/json',
      extensions: { kind: 'Pod', name: 'cart', namespace: 'shop', apiversion: 'v1' },
      data: object,
    };
    expect((await send(event)).status).toBe(202);
    const { rows } = await database.pool.query(
      'select cluster_name, resource, namespace, name from resources',
    );
    expect(rows).toEqual([{ cluster_name: 'here', resource: 'pods', namespace: 'shop', name: 'cart' }]);
  });

  it('stores an object of 3 MB, refuses one that is larger than allowed, and what is no CloudEvent', async () => {
    const large = (bytes: number) =>
      objectEvent({ uid: 'large', version: '1', content: { data: 'x'.repeat(bytes) } });
    expect((await send(large(3_000_000))).status).toBe(202);
    expect((await send(large(5_000_000))).status).toBe(413);
    const plain = await fetch(ingester.url, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect([plain.status, await plain.text()]).toEqual([
      400,
      'not a CloudEvent: header ce-specversion is missing\n',
    ]);
    expect((await fetch(ingester.url)).status).toBe(404);
  });

  it('keeps poison and dead letters in quarantine and answers as if they were stored', async () => {
    const noUid = { ...objectEvent({ uid: '', version: '1' }), id: 'no-uid' };
    expect((await send(noUid)).status).toBe(202);
    const dead = {
      ...objectEvent({ uid: 'd', version: '1' }),
      extensions: { knativeerrorcode: '503', knativeerrordest: 'http://x' },
    };
    expect((await send(dead, '/quarantine')).status).toBe(202);
    const { rows } = await database.pool.query('select reason from quarantined_events order by id');
    expect(rows.map((row) => row.reason)).toEqual([
      'metadata.uid is missing',
      'not delivered to http://x (last answer 503)',
    ]);
  });

  it('stores hostile objects or keeps them with their reason, stores their neighbours, and counts both', async () => {
    const sound = (uid: string, more: Partial<ObjectFixture> = {}) =>
      objectEvent({ uid, version: '1', ...more });
    const broken = (id: string, data: Buffer) => ({ ...sound(id), id, data });
    const text = (content: string) => Buffer.from(`{"metadata":{"uid":"x","name":"x"},"data":${content}}`);
    const before = await ingester.counts('kubemirror_ingest_events_total');
    const events = [
      sound('label', { labels: { 'krateo.io/composition-id': 'none' } }),
      sound('large', { content: { data: 'x'.repeat(3_000_000) } }),
      sound('long-version', { version: '123456789012345678901234567890' }),
      sound('year-0', { observedAt: '0000-01-01T00:00:00Z', content: { status: { at: '0000-00-00' } } }),
      broken('nul', text('"a\\u0000b"')),
      broken('half-a-pair', text('"\\ud800"')),
      broken('bytes', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])),
      { ...sound(''), id: 'no-uid' },
    ].flatMap((event, index) => [event, sound(`neighbour-${index}`)]);
    const answers = await Promise.all(events.map((event) => send(event)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const neighbours = Array.from({ length: 8 }, (_, index) => `neighbour-${index}`);
    expect(await uids()).toEqual(['label', 'large', 'long-version', ...neighbours, 'year-0']);
    const { rows } = await database.pool.query('select ce_id, reason from quarantined_events');
    expect(Object.fromEntries(rows.map((row) => [row.ce_id, row.reason]))).toMatchObject({
      nul: 'data holds a NUL character, which PostgreSQL cannot store',
      bytes: 'data is not UTF-8',
      'half-a-pair': expect.stringMatching(/json|unicode/i),
      'no-uid': 'metadata.uid is missing',
    });
    const { stored, quarantined } = await ingester.counts('kubemirror_ingest_events_total');
    expect(stored).toBe((before['stored'] ?? 0) + 12);
    expect(quarantined).toBe((before['quarantined'] ?? 0) + 4);
  });

  it('stores 500 events that come at once, of which every tenth is poison, without losing a neighbour', async () => {
    const events = Array.from({ length: 500 }, (_, index) =>
      index % 10 === 0
        ? {
            ...objectEvent({ uid: `u${index}`, version: '1' }),
            data: Buffer.from(`{"metadata":{"uid":"u${index}"},"x":"\\udc00"}`),
          }
        : objectEvent({ uid: `u${index}`, version: '1' }),
    );
    const answers = await Promise.all(events.map((event) => send(event)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    expect((await uids()).length).toBe(450);
    expect((await database.pool.query('select from quarantined_events')).rowCount).toBe(50);
  }, 60_000);

  it('says 429 with Retry-After when its queue is full', async () => {
    const small = await start(database.url, { QUEUE_MAX_ROWS: '2', BATCH_WRITERS: '1', BATCH_MAX_ROWS: '1' });
    const blocker = await database.pool.connect();
    await blocker.query('begin; select pg_advisory_xact_lock(20316, 1)');
    let answered = 0;
    const pending = Array.from({ length: 8 }, async (_, index) => {
      const answer = await postEvent(small.url, objectEvent({ uid: `q${index}`, version: '1' }));
      answered += 1;
      return answer;
    });
    await eventually(() => expect(answered).toBe(5));
    await blocker.query('commit');
    blocker.release();
    const answers = await Promise.all(pending);
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBe(5);
    expect(refused.every((answer) => Number(answer.headers.get('retry-after')) > 0)).toBe(true);
    expect((await uids()).length).toBe(3);
    await small.stop();
  });

  it('finishes what it has taken when it is told to stop', async () => {
    const leaving = await start(database.url);
    const blocker = await database.pool.connect();
    await blocker.query('begin; select pg_advisory_xact_lock(20316, 1)');
    const pending = Array.from({ length: 5 }, (_, index) =>
      postEvent(leaving.url, objectEvent({ uid: `s${index}`, version: '1' })),
    );
    await eventually(async () =>
      expect((await leaving.counts('kubemirror_ingest_received_total'))[eventTypes.resourceUpserted]).toBe(5),
    );
    const stopped = leaving.stop();
    await delay(100);
    await blocker.query('commit');
    blocker.release();
    expect((await Promise.all(pending)).map((answer) => answer.status)).toEqual([202, 202, 202, 202, 202]);
    await stopped;
    expect((await uids()).length).toBe(5);
  });
});

describe('resources-ingester without its database', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ unsafeButFast: true });
    await migrate({ connectionString: server.url() });
  });
  afterAll(() => server.stop());

  it('answers 503 and is not ready while it is away, in the middle of writing too, and goes on by itself', async () => {
    const ingester = await start(server.url(), { STATEMENT_TIMEOUT: '3s' });
    const send = (uid: string) => postEvent(ingester.url, objectEvent({ uid, version: '1' }));
    expect((await send('before')).status).toBe(202);

    const during = Array.from({ length: 200 }, (_, index) => send(`during-${index}`));
    await server.kill();
    const answers = await Promise.all(during);
    const acknowledged = answers.flatMap((answer, index) =>
      answer.status === 202 ? [`during-${index}`] : [],
    );
    expect(answers.every((answer) => answer.status === 202 || answer.status === 503)).toBe(true);
    // A backend that was at work when the postmaster died ends what it has before it goes.
    await eventually(async () => {
      const refused = await send('away');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    });
    expect((await fetch(`${ingester.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${ingester.url}/livez`)).status).toBe(200);

    await server.start();
    // A connection that died with the server may show only now; the broker comes again after a 503.
    await eventually(async () => expect([202, 204]).toContain((await send('after')).status));
    expect((await fetch(`${ingester.url}/readyz`)).status).toBe(200);
    for (const uid of acknowledged) expect((await send(uid)).status).toBe(204);
    await ingester.stop();
  }, 120_000);
});
