import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, dayOf } from '../../lib/core/partition-plan.ts';
import {
  createPartition,
  daysInDefault,
  dropPartition,
  emptyDefault,
  listPartitions,
} from '../../lib/postgres/partitions.ts';
import { purgeDeleted } from '../../lib/postgres/purge-deleted.ts';
import { purgeQuarantine } from '../../lib/postgres/purge-quarantine.ts';
import { withMaintenanceLock } from '../../lib/postgres/with-maintenance-lock.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { insertResources } from '../../test/support/insert-resources.ts';
import { type MaintenanceOptions, maintain } from './maintain.ts';

let database: TestDatabase;
const nowMs = Date.parse('2026-11-20T13:00:00Z');
const today = dayOf(nowMs);

const options: MaintenanceOptions = {
  daysAhead: 3,
  retentionDays: { events: 2, resource_history: 4 },
  quotaBytes: 0,
  triggerRatio: 0.75,
  targetRatio: 0.6,
  deletedRetentionDays: 30,
  quarantineRetentionDays: 30,
  dryRun: false,
};

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { rows } = await database.pool.query(
    "select inhrelid::regclass::text as name from pg_inherits where inhrelid::regclass::text ~ '_[0-9]{4}_[0-9_]+$' and inhparent in ('events'::regclass, 'resource_history'::regclass)",
  );
  for (const { name } of rows) await database.pool.query(`drop table ${name}`);
  await database.pool.query('truncate resources, events, resource_history, quarantined_events');
  await database.pool.query('update stream_horizons set position = 0');
});

const failures: string[] = [];

async function run(changes: Partial<MaintenanceOptions> = {}, lockTimeoutMs = 2_000) {
  failures.length = 0;
  const round = await withMaintenanceLock({ connectionString: database.url }, (client) =>
    maintain(
      { ...options, ...changes },
      {
        nowMs: () => nowMs,
        listPartitions: (table) => listPartitions(client, table),
        daysInDefault: (table) => daysInDefault(client, table),
        createPartition: (table, day) => createPartition(client, { table, day }, lockTimeoutMs),
        dropPartition: (drop) => dropPartition(client, drop, lockTimeoutMs),
        emptyDefault: (table, before) => emptyDefault(client, { table, before, batchRows: 2 }, lockTimeoutMs),
        purgeDeleted: (before) =>
          purgeDeleted(client, { before, batchRows: 2, signal: new AbortController().signal }),
        purgeQuarantine: (before) => purgeQuarantine(client, before),
        onFailure: (step) => failures.push(step),
      },
    ),
  );
  if (round.kind === 'busy') throw new Error('busy');
  return round.result;
}

async function addEvents(...days: string[]): Promise<void> {
  for (const day of days) {
    await database.pool.query(
      `insert into events (created_at, position, cluster_name, uid, resource_version_text, namespace, name, event_type,
         resource_kind, involved_object_group, involved_object_version, involved_object_kind, involved_object_namespace,
         involved_object_name, observed_at, recorded_at, raw)
       values ($1, nextval('event_positions'), 'here', $2, '1', 'shop', 'e', 'Normal', 'v1.Pod', '', 'v1', 'Pod', 'shop', 'p',
         $1, $1, '{}')`,
      [`${day}T12:00:00Z`, day],
    );
  }
}

async function places(): Promise<string[]> {
  const { rows } = await database.pool.query(
    'select tableoid::regclass as place from events order by created_at',
  );
  return rows.map((row) => row.place);
}

async function horizon(): Promise<number> {
  const { rows } = await database.pool.query("select position from stream_horizons where stream = 'events'");
  return Number(rows[0].position);
}

describe('maintain', () => {
  it('makes the partitions of yesterday and of the days ahead, once', async () => {
    const first = await run();
    expect(first.created.filter((name) => name.startsWith('events'))).toEqual([
      'events 2026-11-19',
      'events 2026-11-20',
      'events 2026-11-21',
      'events 2026-11-22',
    ]);
    expect((await run()).created).toEqual([]);
    await addEvents(today);
    expect(await places()).toEqual(['events_2026_11_20']);
  });

  it('empties the default partition: late rows move to partitions of their own, older ones go', async () => {
    await addEvents('2001-01-01', '2001-01-02', '2001-01-03', '2026-11-18', '2033-01-01');
    const report = await run();
    expect(report).toMatchObject({ moved: 1, deletedFromDefault: 3, failedSteps: 0 });
    expect(await places()).toEqual(['events_2026_11_18', 'events_default']);
    expect(await horizon()).toBeGreaterThan(0);
  });

  it('drops what is older than the days kept, and says to streams up to where rows are gone', async () => {
    await database.pool.query(
      "create table events_2026_11_17 partition of events for values from ('2026-11-17 00:00Z') to ('2026-11-18 00:00Z')",
    );
    await addEvents('2026-11-17', '2026-11-18');
    const { rows } = await database.pool.query('select min(position) as position from events');
    const report = await run();
    expect(report.dropped).toEqual(['events 2026-11-17 (retention)']);
    expect(await horizon()).toBe(Number(rows[0].position));
    expect(await places()).toEqual(['events_2026_11_18']);
  });

  it('drops the oldest day for the quota and never today, however small the quota is', async () => {
    await addEvents('2026-11-18', '2026-11-19', today, addDays(today, 1));
    await run();
    const report = await run({ quotaBytes: 1 });
    expect(report.dropped.filter((name) => name.startsWith('events'))).toEqual([
      'events 2026-11-18 (quota)',
      'events 2026-11-19 (quota)',
    ]);
    expect(await places()).toEqual(['events_2026_11_20', 'events_2026_11_21']);
  });

  it('only tells in a dry run', async () => {
    await addEvents('2001-01-01', '2026-11-19', today);
    await insertResources(database.pool, [{ name: 'old', deleted_at: '2026-01-01T00:00:00Z' }]);
    const report = await run({ quotaBytes: 1, dryRun: true });
    expect(report.dropped.length).toBeGreaterThan(0);
    expect(report).toMatchObject({ deletedFromDefault: 0, purgedObjects: 0 });
    expect(await places()).toEqual(['events_default', 'events_2026_11_19', 'events_2026_11_20']);
  });

  it('purges rows of objects that were deleted long ago, in batches, and old quarantine', async () => {
    const gone = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, deleted_at: '2026-10-01T00:00:00Z' }));
    await insertResources(database.pool, [
      ...gone,
      { name: 'recent', deleted_at: '2026-11-01T00:00:00Z' },
      { name: 'live' },
    ]);
    await database.pool.query(
      `insert into quarantined_events (quarantined_at, function_name, reason, ce_id, ce_source, ce_type, attributes, body)
       values ('2026-01-01', 'f', 'r', '1', 's', 't', '{}', ''), ('2026-11-19', 'f', 'r', '2', 's', 't', '{}', '')`,
    );
    expect(await run()).toMatchObject({ purgedObjects: 5, purgedQuarantine: 1 });
    const { rows } = await database.pool.query('select name from resources order by name');
    expect(rows.map((row) => row.name)).toEqual(['live', 'recent']);
    expect(await run({ deletedRetentionDays: 0 })).toMatchObject({ purgedObjects: 0 });
  });

  it('gives up on a lock that it does not get, does the other steps, and makes up for it next time', async () => {
    await addEvents('2026-11-18');
    await run();
    const reader = await database.pool.connect();
    await reader.query('begin; select from events');
    const report = await run({ retentionDays: { events: 1, resource_history: 1 } }, 50);
    expect(failures).toEqual(['drop events 2026-11-18 (retention)']);
    expect(report.failedSteps).toBe(1);
    await reader.query('commit');
    reader.release();
    expect((await run({ retentionDays: { events: 1, resource_history: 1 } })).failedSteps).toBe(0);
  });

  it('leaves the work to the replica that is at it', async () => {
    const outer = await withMaintenanceLock({ connectionString: database.url }, () =>
      run().catch((error: Error) => error.message),
    );
    expect(outer).toEqual({ kind: 'done', result: 'busy' });
  });
});
