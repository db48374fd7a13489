import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type ObjectFixture, objectEvent, objectItem, resourceItem } from '../../test/support/ingest.ts';
import type { ResourceRow } from '../core/resource-row.ts';
import type { WriteItems } from './batch-writer.ts';
import { createResourceWriter, resourceSessionSetUp } from './resource-writer.ts';
import { createWriterSessions, type WriterSessions } from './writer-session.ts';

let database: TestDatabase;
let sessions: WriterSessions;
let write: WriteItems<ResourceRow>;

beforeAll(async () => {
  database = await testDatabase();
  sessions = createWriterSessions(database.pool, resourceSessionSetUp);
  write = createResourceWriter({
    sessions,
    functionName: 'test',
    poison: 'quarantine',
    onBatch: () => {},
  });
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate resources, resource_history, quarantined_events'));

const store = async (...fixtures: ObjectFixture[]) =>
  (await write(fixtures.map(objectItem))).map((outcome) => outcome.kind);

async function stored(uid: string) {
  const { rows } = await database.pool.query('select * from resources where uid = $1', [uid]);
  return rows[0];
}

async function history(uid: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    'select operation, resource_version_text from resource_history where uid = $1 order by position',
    [uid],
  );
  return rows.map((row) => `${row.operation} ${row.resource_version_text}`);
}

describe('the version guard', () => {
  it('takes newer versions, whatever their length, and leaves older and equal ones', async () => {
    expect(await store({ uid: 'a', version: '9' })).toEqual(['stored']);
    expect(await store({ uid: 'a', version: '10' })).toEqual(['stored']);
    expect(await store({ uid: 'a', version: '9' }, { uid: 'a', version: '10' })).toEqual([
      'unchanged',
      'unchanged',
    ]);
    expect(await store({ uid: 'a', version: '340282366920938463463374607431768211455' })).toEqual(['stored']);
    expect((await stored('a')).resource_version).toBe('340282366920938463463374607431768211455');
  });

  it('keeps an object live that waits for its finalizers, and tells by its JSON that it does', async () => {
    const deletionTimestamp = '2026-11-20T10:05:00Z';
    const metadata = {
      name: 'name-a',
      namespace: 'shop',
      uid: 'a',
      resourceVersion: '5',
      creationTimestamp: '2026-11-20T09:00:00Z',
      deletionTimestamp,
      finalizers: ['example.org/wait'],
    };
    await store({ uid: 'a', version: '5', content: { metadata } });
    const waiting = await stored('a');
    expect([waiting.deleted_at, waiting.raw.metadata.deletionTimestamp]).toEqual([null, deletionTimestamp]);
    // Deleted when that was seen, and not at the end of its grace period, which may lie ahead.
    const observedAt = '2026-11-20T10:00:07Z';
    await store({ uid: 'a', version: '6', content: { metadata }, deleted: true, observedAt });
    expect((await stored('a')).deleted_at).toEqual(new Date(observedAt));
  });

  it('keeps every version of a batch in the history, in order, and the newest as current', async () => {
    await store(
      { uid: 'a', version: '3' },
      { uid: 'a', version: '1' },
      { uid: 'a', version: '2' },
      { uid: 'a', version: '3' },
    );
    expect(await history('a')).toEqual(['upserted 1', 'upserted 2', 'upserted 3']);
    expect((await stored('a')).resource_version_text).toBe('3');
  });

  it('keeps status, labels, owners and times current with the version', async () => {
    await store({ uid: 'a', version: '1', labels: { app: 'one' }, content: { status: { replicas: 1 } } });
    const first = await stored('a');
    await store({
      uid: 'a',
      version: '2',
      labels: { app: 'two' },
      owners: ['o'],
      content: { status: { replicas: 2 } },
    });
    const second = await stored('a');
    expect(second).toMatchObject({ status_raw: { replicas: 2 }, labels: { app: 'two' }, owner_uids: ['o'] });
    expect(second.updated_at.getTime()).toBeGreaterThan(first.updated_at.getTime());
    expect(second.created_at).toEqual(new Date('2026-11-20T09:00:00Z'));
  });

  it('takes the same version in another API version, and whole after it was truncated', async () => {
    await store({ uid: 'a', version: '5', truncated: true });
    expect(await store({ uid: 'a', version: '5' })).toEqual(['stored']);
    expect(await store({ uid: 'a', version: '5', truncated: true })).toEqual(['unchanged']);
    const other = { uid: 'a', version: '5', apiVersion: 'v2' };
    expect(await store({ ...other, observedAt: '2026-11-20T09:00:00Z' })).toEqual(['unchanged']);
    expect(await store({ ...other, observedAt: '2026-11-20T11:00:00Z' })).toEqual(['stored']);
    expect(await stored('a')).toMatchObject({ api_version: 'v2', truncated: false });
  });

  it('goes by time of observation where versions are no numbers', async () => {
    await store({ uid: 'a', version: 'z', observedAt: '2026-11-20T10:00:00Z' });
    expect(await store({ uid: 'a', version: 'b', observedAt: '2026-11-20T09:59:59Z' })).toEqual([
      'unchanged',
    ]);
    expect(await store({ uid: 'a', version: 'a', observedAt: '2026-11-20T10:00:01Z' })).toEqual(['stored']);
  });
});

describe('deletions', () => {
  it('are final, whatever comes later, and keep the last state', async () => {
    await store({ uid: 'a', version: '5', content: { spec: { replicas: 3 } } });
    await store({
      uid: 'a',
      version: '7',
      deleted: true,
      truncated: true,
      observedAt: '2026-11-20T12:00:00Z',
    });
    expect(await store({ uid: 'a', version: '6' }, { uid: 'a', version: '8' })).toEqual([
      'unchanged',
      'unchanged',
    ]);
    expect(await stored('a')).toMatchObject({
      deleted_at: new Date('2026-11-20T12:00:00Z'),
      resource_version: '7',
      raw: { spec: { replicas: 3 } },
      truncated: false,
    });
    expect(await history('a')).toEqual(['upserted 5', 'deleted 7']);
  });

  it('take the last state that they bring', async () => {
    await store({ uid: 'a', version: '5', content: { spec: { replicas: 3 } } });
    await store({ uid: 'a', version: '7', deleted: true, content: { spec: { replicas: 0 } } });
    expect((await stored('a')).raw.spec).toEqual({ replicas: 0 });
  });

  it('that come first leave a tombstone, which late versions meet', async () => {
    expect(await store({ uid: 'a', version: '7', deleted: true })).toEqual(['stored']);
    expect(await store({ uid: 'a', version: '5' })).toEqual(['unchanged']);
    expect(await history('a')).toEqual(['deleted 7']);
  });

  it('of the same batch come after its versions', async () => {
    await store(
      { uid: 'a', version: '7', deleted: true },
      { uid: 'a', version: '6' },
      { uid: 'a', version: '7', deleted: true },
    );
    expect(await history('a')).toEqual(['upserted 6', 'deleted 7']);
    expect((await stored('a')).deleted_at).not.toBeNull();
  });

  it('of an older version than the stored one count all the same', async () => {
    await store({ uid: 'a', version: '9' });
    await store({ uid: 'a', version: '8', deleted: true });
    expect(await stored('a')).toMatchObject({ deleted_at: expect.any(Date), resource_version: '9' });
  });
});

type Step = { readonly uid: string; readonly version: number; readonly deleted: boolean };

it('any events in any order, in any batches, by two writers at once, end in the newest state', async () => {
  const step = fc.record({
    uid: fc.constantFrom('a', 'b', 'c', 'd'),
    version: fc.integer({ min: 1, max: 12 }),
    // The last version of an object is its deletion, as the API server has it.
    deleted: fc.constant(false),
  });
  const steps = fc
    .tuple(fc.array(step, { minLength: 1, maxLength: 40 }), fc.subarray(['a', 'b', 'c', 'd']))
    .map(([upserts, gone]): Step[] => [
      ...upserts,
      ...gone.map((uid) => ({ uid, version: 13, deleted: true })),
    ]);
  const shuffled = steps.chain((all) =>
    fc.shuffledSubarray([...all, ...all], { minLength: all.length }).map((some) => [...some, ...all]),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, fc.integer({ min: 1, max: 15 }), async (events, size) => {
      await database.pool.query('truncate resources, resource_history');
      const batches = Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
        events.slice(index * size, (index + 1) * size),
      );
      const lanes = [0, 1].map(async (lane) => {
        for (const batch of batches.filter((_, index) => index % 2 === lane)) {
          const outcomes = await write(
            batch.map((event) => objectItem({ ...event, version: String(event.version) })),
          );
          expect(outcomes.every(({ kind }) => kind === 'stored' || kind === 'unchanged')).toBe(true);
        }
      });
      await Promise.all(lanes);
      for (const uid of new Set(events.map((event) => event.uid))) {
        const own = events.filter((event) => event.uid === uid);
        const newest = Math.max(...own.map((event) => event.version));
        const row = await stored(uid);
        expect(row.resource_version_text).toBe(String(newest));
        expect(row.deleted_at !== null).toBe(own.some((event) => event.deleted));
        const versions = (await history(uid)).map((line) => Number(line.split(' ')[1]));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        expect(versions.at(-1)).toBe(newest);
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

describe('poison', () => {
  const good = (uid: string) => objectItem({ uid, version: '1' });

  it('never costs a neighbour, is kept with its reason, and is counted when it comes again', async () => {
    const longName = objectEvent({
      uid: 'long',
      version: '1',
      name: 'n'.repeat(20_000).replace(/n/g, () => String.fromCharCode(97 + Math.random() * 26)),
    });
    const poison = [
      objectItem({ uid: 'nul', version: '1', content: { spec: 'a\0b' } }),
      resourceItem({
        ...objectEvent({ uid: 'x', version: '1' }),
        id: 'surrogate',
        data: Buffer.from('{"metadata":{"uid":"x"},"spec":"\\ud800"}'),
      }),
      resourceItem({
        ...objectEvent({ uid: 'y', version: '1' }),
        id: 'number',
        data: Buffer.from('{"metadata":{"uid":"y"},"spec":1e999999}'),
      }),
      resourceItem({
        ...objectEvent({ uid: 'z', version: '1' }),
        id: 'utf8',
        data: Buffer.from([0x7b, 0xff]),
      }),
      resourceItem(longName),
    ];
    const batch = [good('1'), ...poison.slice(0, 2), good('2'), good('3'), ...poison.slice(2), good('4')];
    const kinds = (await write(batch)).map((outcome) => outcome.kind);
    expect(kinds).toEqual(batch.map((item) => (poison.includes(item) ? 'quarantined' : 'stored')));
    await write(poison.slice(0, 3));
    const { rows } = await database.pool.query('select * from quarantined_events order by id');
    expect(rows).toHaveLength(poison.length);
    expect(rows.every((row) => row.reason !== '' && row.function_name === 'test')).toBe(true);
    expect(rows.filter((row) => row.deliveries === 2)).toHaveLength(3);
    expect(rows.find((row) => row.ce_id === 'utf8').body).toEqual(Buffer.from([0x7b, 0xff]));
  });

  it('is left to the sender when it is to be rejected', async () => {
    const rejecting = createResourceWriter({
      sessions,
      functionName: 'test',
      poison: 'reject',
      onBatch: () => {},
    });
    const surrogate = resourceItem({
      ...objectEvent({ uid: 'x', version: '1' }),
      data: Buffer.from('{"metadata":{"uid":"x"},"spec":"\\ud800"}'),
    });
    const outcomes = await rejecting([good('1'), surrogate]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['stored', 'rejected']);
    expect((await database.pool.query('select from quarantined_events')).rowCount).toBe(0);
  });

  it('takes an object of 3 MB, a version of 30 digits and dates of the year 0 as they are', async () => {
    const version = '1'.repeat(30);
    const outcomes = await store(
      { uid: 'large', version: '1', content: { data: { text: 'x'.repeat(3_000_000) } } },
      { uid: 'digits', version },
      {
        uid: 'year',
        version: '1',
        observedAt: '0000-01-01T00:00:00Z',
        content: { status: { at: '0000-00-00' } },
      },
    );
    expect(outcomes).toEqual(['stored', 'stored', 'stored']);
    expect((await stored('digits')).resource_version).toBe(version);
  });
});

describe('compositions', () => {
  const composition = '7d2c2a5e-9c5b-4d0f-8d36-0c9a3f1a2b01';
  const labels = { 'krateo.io/composition-id': composition };

  it('come from a label, from an owner, and from the owner of an owner', async () => {
    await store({ uid: 'top', version: '1', labels });
    await store({ uid: 'middle', version: '2', owners: ['top'] });
    await store({ uid: 'leaf', version: '3', owners: ['gone', 'middle'] });
    expect((await stored('leaf')).composition_id).toBe(composition);
  });

  it('fill rows that came before their owner, however deep, and in the same batch', async () => {
    await store({ uid: 'leaf', version: '3', owners: ['middle'] });
    await store({ uid: 'middle', version: '2', owners: ['top'] }, { uid: 'top', version: '1', labels });
    expect((await stored('leaf')).composition_id).toBe(composition);
    expect((await stored('middle')).composition_id).toBe(composition);
  });

  it('stay within their cluster, and spare what has a label of its own', async () => {
    const other = '0b0b0b0b-9c5b-4d0f-8d36-0c9a3f1a2b01';
    await store(
      { uid: 'elsewhere', version: '1', owners: ['top'], cluster: 'there' },
      { uid: 'own', version: '1', owners: ['top'], labels: { 'krateo.io/composition-id': other } },
      { uid: 'bad', version: '1', owners: ['top'], labels: { 'krateo.io/composition-id': 'main' } },
    );
    await store({ uid: 'top', version: '1', labels });
    expect((await stored('elsewhere')).composition_id).toBeNull();
    expect((await stored('own')).composition_id).toBe(other);
    expect((await stored('bad')).composition_id).toBe(composition);
  });

  it('follow a label that changes', async () => {
    const other = '0b0b0b0b-9c5b-4d0f-8d36-0c9a3f1a2b01';
    await store({ uid: 'top', version: '1', labels }, { uid: 'leaf', version: '1', owners: ['top'] });
    await store({ uid: 'top', version: '2', labels: { 'krateo.io/composition-id': other } });
    expect((await stored('leaf')).composition_id).toBe(other);
  });

  it('reach every descendant whatever the order, the batches and the writer', async () => {
    const compositionIds = ['a', 'b', 'c'].map((letter) => composition.replace('7d2c', letter.repeat(4)));
    // Object n is owned by an earlier one, or by none; some carry a label of their own.
    const tree = fc.array(
      fc.record({
        owner: fc.option(fc.nat(), { nil: undefined }),
        label: fc.option(fc.constantFrom(...compositionIds), { nil: undefined, freq: 3 }),
      }),
      { minLength: 1, maxLength: 14 },
    );
    const arrivals = tree.chain((nodes) =>
      fc.record({
        nodes: fc.constant(nodes),
        order: fc.shuffledSubarray(Array.from(nodes.keys()), { minLength: nodes.length }),
        size: fc.integer({ min: 1, max: 6 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ nodes, order, size }) => {
        await database.pool.query('truncate resources, resource_history');
        const ownerOf = (index: number): number | undefined => {
          const owner = nodes[index]?.owner;
          return owner === undefined || index === 0 ? undefined : owner % index;
        };
        const expected = (index: number): string | null => {
          const owner = ownerOf(index);
          return nodes[index]?.label ?? (owner === undefined ? null : expected(owner));
        };
        const fixture = (index: number): ObjectFixture => {
          const owner = ownerOf(index);
          const label = nodes[index]?.label;
          return {
            uid: `n${index}`,
            version: '1',
            ...(owner !== undefined && { owners: [`n${owner}`] }),
            ...(label !== undefined && { labels: { 'krateo.io/composition-id': label } }),
          };
        };
        const lanes = [0, 1].map(async (lane) => {
          const own = order.filter((_, at) => at % 2 === lane);
          for (let start = 0; start < own.length; start += size) {
            await store(...own.slice(start, start + size).map(fixture));
          }
        });
        await Promise.all(lanes);
        const { rows } = await database.pool.query('select uid, composition_id from resources');
        expect(Object.fromEntries(rows.map((row) => [row.uid, row.composition_id]))).toEqual(
          Object.fromEntries(nodes.map((_, index) => [`n${index}`, expected(index)])),
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
