import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { eventItem } from '../../test/support/ingest.ts';
import { postEvent } from '../../test/support/post-event.ts';
import { eventsIngesterConfig } from './config.ts';
import { startEventsIngester } from './start-events-ingester.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let database: TestDatabase;
let replicas: { url: string; stop: () => Promise<void> }[];

beforeAll(async () => {
  database = await testDatabase();
  replicas = await Promise.all(
    [0, 1].map(async () => {
      const port = String(await freePort());
      const environment = { DATABASE_URL: database.url, PORT: port, METRICS_PORT: '0', CLUSTER_NAME: 'here' };
      const config = loadConfig(eventsIngesterConfig, environment);
      const { stop } = await startEventsIngester({
        config,
        log: quiet,
        signal: new AbortController().signal,
      });
      return { url: `http://127.0.0.1:${port}`, stop };
    }),
  );
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await database.drop();
});
beforeEach(() => database.pool.query('truncate events, quarantined_events'));

const send = (event: CloudEvent, replica = 0) => postEvent(replicas[replica]?.url ?? '', event);
const record = (uid: string) => eventItem({ uid, version: '1' }).event;

it('answers 202 once the event is stored, 204 when it was already, and keeps poison', async () => {
  expect((await send(record('e'))).status).toBe(202);
  expect((await send(record('e'), 1)).status).toBe(204);
  expect((await send({ ...record('f'), data: Buffer.from('nonsense') })).status).toBe(202);
  expect((await database.pool.query('select from events')).rowCount).toBe(1);
  expect((await database.pool.query('select from quarantined_events')).rowCount).toBe(1);
});

it("takes events of Knative's ApiServerSource, but not their expiry, and no other objects", async () => {
  const foreign = (type: string, kind: string): CloudEvent => ({
    id: `${type}-${kind}`,
    source: 'https://10.96.0.1:443',
    type,
    subject: '/apis/v1/namespaces/shop/events/e',
    datacontenttype: 'application/json',
    extensions: {},
    data: {
      apiVersion: 'v1',
      kind,
      metadata: { name: 'e', namespace: 'shop', uid: 'e', resourceVersion: '1', managedFields: [{}] },
      involvedObject: { kind: 'Pod', namespace: 'shop', name: 'cart', uid: 'p' },
      reason: 'Started',
      eventTime: '2026-11-20T10:00:00.123456Z',
    },
  });
  expect((await send(foreign(eventTypes.apiServerUpdate, 'Event'))).status).toBe(202);
  expect((await send(foreign(eventTypes.apiServerDelete, 'Event'))).status).toBe(204);
  expect((await send(foreign(eventTypes.apiServerAdd, 'Pod'))).status).toBe(204);
  const { rows } = await database.pool.query('select cluster_name, reason, raw from events');
  expect(rows).toMatchObject([{ cluster_name: 'here', reason: 'Started', raw: { metadata: { name: 'e' } } }]);
  expect(rows[0].raw.metadata.managedFields).toBeUndefined();
});

it('stores each event once when everything comes to both replicas at the same time', async () => {
  const events = Array.from({ length: 150 }, (_, index) => record(`e${index}`));
  const answers = await Promise.all(events.flatMap((event) => [send(event, 0), send(event, 1)]));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202, 204]));
  expect(answers.filter((answer) => answer.status === 202).length).toBe(150);
  expect((await database.pool.query('select from events')).rowCount).toBe(150);
});
