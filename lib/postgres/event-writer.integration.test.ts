import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { eventItem, type KubernetesEventFixture, objectItem } from '../../test/support/ingest.ts';
import type { EventRow } from '../core/event-row.ts';
import type { ResourceRow } from '../core/resource-row.ts';
import type { WriteItems } from './batch-writer.ts';
import { createEventWriter, eventSessionSetUp } from './event-writer.ts';
import { createResourceWriter, resourceSessionSetUp } from './resource-writer.ts';
import { createWriterSessions } from './writer-session.ts';

let database: TestDatabase;
let write: WriteItems<EventRow>;
let writeResources: WriteItems<ResourceRow>;

beforeAll(async () => {
  database = await testDatabase();
  const sessions = createWriterSessions(database.pool, [...eventSessionSetUp, ...resourceSessionSetUp]);
  const options = { sessions, functionName: 'test', poison: 'quarantine', onBatch: () => {} } as const;
  write = createEventWriter(options);
  writeResources = createResourceWriter(options);
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate resources, events, quarantined_events'));

const store = async (...fixtures: KubernetesEventFixture[]) =>
  (await write(fixtures.map(eventItem))).map((outcome) => outcome.kind);
const rows = async () => (await database.pool.query('select * from events order by position')).rows;

const composition = '7d2c2a5e-9c5b-4d0f-8d36-0c9a3f1a2b01';
const labels = { 'krateo.io/composition-id': composition };
const pod = { uid: 'pod', group: '', kind: 'Pod', resource: 'pods', name: 'cart' };

describe('createEventWriter', () => {
  it('stores each version of an event once, in one batch, in several, and across replicas', async () => {
    const versions = [
      { uid: 'e', version: '1' },
      { uid: 'e', version: '2', content: { count: 2 } },
    ];
    expect(await store(...versions, ...versions)).toEqual(['stored', 'stored', 'unchanged', 'unchanged']);
    await Promise.all([store(...versions), store({ uid: 'f', version: '3' }), store(...versions)]);
    expect((await rows()).map((row) => `${row.uid} ${row.resource_version} ${row.count}`)).toEqual([
      'e 1 null',
      'e 2 2',
      'f 3 null',
    ]);
  });

  it('fills all columns', async () => {
    await store({
      uid: 'e',
      version: '9',
      content: {
        action: 'Pulling',
        reportingComponent: 'kubelet',
        reportingInstance: 'node-1',
        source: { component: 'kubelet', host: 'node-1' },
        firstTimestamp: '2026-11-20T09:59:00Z',
        series: { count: 5, lastObservedTime: '2026-11-20T10:00:02.000003Z' },
        related: { kind: 'Node', name: 'node-1' },
        involvedObject: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'shop',
          name: 'cart',
          uid: 'd',
          fieldPath: 'spec',
        },
      },
    });
    const [row] = await rows();
    expect(row).toMatchObject({
      created_at: new Date('2026-11-20T10:00:02.000Z'),
      cluster_name: 'here',
      namespace: 'shop',
      name: 'event-e',
      event_type: 'Normal',
      reason: 'Started',
      action: 'Pulling',
      count: 5,
      series_count: 5,
      first_seen_at: new Date('2026-11-20T09:59:00Z'),
      source_component: 'kubelet',
      source_host: 'node-1',
      reporting_controller: 'kubelet',
      reporting_instance: 'node-1',
      resource_kind: 'apps/v1.Deployment',
      involved_object_group: 'apps',
      involved_object_version: 'v1',
      involved_object_kind: 'Deployment',
      involved_object_uid: 'd',
      involved_object_field_path: 'spec',
      related_object: { kind: 'Node', name: 'node-1' },
    });
  });

  it('stores an event of any day, also without a partition of its own', async () => {
    expect(
      await store(
        { uid: 'old', version: '1', at: '1999-01-01T00:00:00Z' },
        { uid: 'far', version: '2', at: '9998-12-31T00:00:00Z' },
      ),
    ).toEqual(['stored', 'stored']);
  });

  it('stores an event without any time once, at the time of its first observation', async () => {
    const at = (observedAt: string) => ({ uid: 'e', version: '1', at: '', observedAt });
    const twice = await store(at('2026-11-20T08:00:00Z'), at('2026-11-19T08:00:00Z'));
    expect(twice).toEqual(['stored', 'unchanged']);
    expect(await store(at('2026-11-21T08:00:00Z'), { uid: 'f', version: '2' })).toEqual([
      'unchanged',
      'stored',
    ]);
    expect((await rows())[0].created_at).toEqual(new Date('2026-11-20T08:00:00Z'));
  });

  it('takes composition and plural from the row of the involved object', async () => {
    await writeResources([objectItem({ ...pod, version: '1', labels })]);
    await store({ uid: 'e', version: '1' });
    expect((await rows())[0]).toMatchObject({
      composition_id: composition,
      involved_object_resource: 'pods',
    });
  });

  it('prefers the label of the event, and ignores one that is no UUID', async () => {
    const other = '0b0b0b0b-9c5b-4d0f-8d36-0c9a3f1a2b01';
    await writeResources([objectItem({ ...pod, version: '1', labels })]);
    await store(
      { uid: 'e', version: '1', labels: { 'krateo.io/composition-id': other } },
      { uid: 'f', version: '1', labels: { 'krateo.io/composition-id': 'main' } },
    );
    expect((await rows()).map((row) => row.composition_id)).toEqual([other, composition]);
  });

  it('gets its composition late, when the object or its owner arrives', async () => {
    await store({ uid: 'e', version: '1' });
    await writeResources([objectItem({ ...pod, version: '1', owners: ['top'] })]);
    expect((await rows())[0].composition_id).toBeNull();
    await writeResources([objectItem({ uid: 'top', version: '2', labels })]);
    expect((await rows())[0].composition_id).toBe(composition);
  });

  it('keeps poison apart', async () => {
    expect(
      await store({ uid: 'a', version: '1' }, { uid: 'b', version: '1', content: { message: 'a\0b' } }),
    ).toEqual(['stored', 'quarantined']);
  });

  it('writers of both streams never wait for each other in a circle', async () => {
    const rounds = Array.from({ length: 15 }, (_, round) => round);
    const events = rounds.map((round) =>
      store({ uid: `e${round}`, version: '1', involvedUid: `pod-${round}` }),
    );
    const objects = rounds.map((round) =>
      writeResources([objectItem({ ...pod, uid: `pod-${round}`, version: '1', labels })]),
    );
    const outcomes = [
      ...(await Promise.all(events)).flat(),
      ...(await Promise.all(objects)).flat().map(({ kind }) => kind),
    ];
    expect(new Set(outcomes)).toEqual(new Set(['stored']));
    // Whichever of the two came first, the event knows its composition in the end.
    expect((await rows()).map((row) => row.composition_id)).toEqual(rounds.map(() => composition));
  });
});

it('a reader that follows positions while two writers commit sees every row once and in order', async () => {
  const total = 60;
  const seen: bigint[] = [];
  let done = false;
  const reader = (async () => {
    for (let after = 0n; ; ) {
      const finished = done;
      const { rows: fresh } = await database.pool.query(
        'select position from events where position > $1 order by position',
        [after],
      );
      for (const row of fresh) seen.push(BigInt(row.position));
      after = seen.at(-1) ?? 0n;
      if (finished) return;
    }
  })();
  const lanes = ['x', 'y'].map(async (lane) => {
    for (let index = 0; index < total / 2; index += 1) await store({ uid: `${lane}${index}`, version: '1' });
  });
  await Promise.all(lanes);
  done = true;
  await reader;
  expect(seen).toHaveLength(total);
  expect(new Set(seen).size).toBe(total);
});
