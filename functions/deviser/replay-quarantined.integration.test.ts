import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEventWriter, eventSessionSetUp } from '../../lib/postgres/event-writer.ts';
import { quarantineEvent } from '../../lib/postgres/quarantine-event.ts';
import { listQuarantined, markReplayed } from '../../lib/postgres/quarantined-messages.ts';
import { createResourceWriter, resourceSessionSetUp } from '../../lib/postgres/resource-writer.ts';
import { createWriterSessions } from '../../lib/postgres/writer-session.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { eventItem, objectEvent } from '../../test/support/ingest.ts';
import { type ReplayDependencies, replayQuarantined } from './replay-quarantined.ts';

let database: TestDatabase;
let deps: ReplayDependencies;

beforeAll(async () => {
  database = await testDatabase();
  const sessions = createWriterSessions(database.pool, [...resourceSessionSetUp, ...eventSessionSetUp]);
  const writer = { sessions, functionName: 'deviser', poison: 'reject', onBatch: () => {} } as const;
  deps = {
    clusterName: 'here',
    nowMs: () => 0,
    writeResources: createResourceWriter(writer),
    writeEvents: createEventWriter(writer),
    markReplayed: (id) => markReplayed(database.pool, id),
  };
});
afterAll(() => database.drop());

it('replayQuarantined() stores what can be stored by now and keeps the rest', async () => {
  const client = await database.pool.connect();
  const nul = { ...objectEvent({ uid: 'nul', version: '1', content: { spec: 'a\0b' } }), id: 'nul' };
  const events = [objectEvent({ uid: 'a', version: '1' }), nul, eventItem({ uid: 'e', version: '2' }).event];
  for (const event of events) {
    await quarantineEvent(client, { functionName: 'resources-ingester', reason: 'not delivered', event });
  }
  client.release();
  const page = { functionName: undefined, afterId: '0', limit: 10 };
  const messages = await listQuarantined(database.pool, page);
  expect(messages.map(({ event }) => event)).toEqual(events);

  const outcomes = [];
  for (const message of messages) outcomes.push(await replayQuarantined(message, deps));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['replayed', 'kept', 'replayed']);
  expect((await listQuarantined(database.pool, page)).map(({ event }) => event.id)).toEqual(['nul']);
  const { rows } = await database.pool.query('select uid from resources union all select uid from events');
  expect(rows.map((row) => row.uid)).toEqual(['a', 'e']);
});
