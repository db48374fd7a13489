import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { parseExactJson } from '../../core/exact-json.ts';
import { fullJitterMs } from '../../core/full-jitter.ts';
import { raceAbort } from '../../core/race-abort.ts';
import type { Row, RowChange } from '../../core/row-change.ts';
import { loadSql } from '../load-sql.ts';
import { firstBatchSize, nextBatchSize } from './batch-size.ts';
import type { ChangeSource, ChangeSourceOptions, ChangeSourceStatus } from './change-source.ts';
import { copyTables } from './copy-tables.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { inspectTables, type PrimaryKeys, rowKey } from './inspect-tables.ts';
import { createOutboxFloor, type OutboxFloor } from './outbox-floor.ts';
import { createOutboxTriggers } from './outbox-triggers.ts';
import { remedyOf, sqlState } from './replication-error.ts';
import { sessionSettings } from './session-settings.ts';

export type OutboxChangeSourceOptions = ChangeSourceOptions & {
  readonly connection: pg.ClientConfig;
  readonly now: () => number;
  readonly random: () => number;
  /** Default 1 s; a notification wakes it at once. */
  readonly pollIntervalMs?: number;
};

const readStatement = loadSql('change-outbox-read');
const deleteStatement = loadSql('change-outbox-delete');
const startStatement = loadSql('change-outbox-start');
const copiedStatement = loadSql('change-outbox-copied');

const backoff = { baseMs: 200, capMs: 10_000 };
const standbyPollMs = 1_000;

type OutboxRow = {
  oldest_running: string;
  seq: number;
  transaction_id: string;
  table_schema: string;
  table_name: string;
  operation: 'insert' | 'update' | 'delete' | 'truncate';
  row_data: string | null;
  previous_data: string | null;
  changed_at: Date;
};

type NoRow = { oldest_running: string; seq: null };

type Reader = {
  readonly client: pg.Client;
  readonly primaryKeys: PrimaryKeys;
  readonly systemId: string;
  /** Schemas and names of the followed tables, as statements take them. */
  readonly tables: readonly [string[], string[]];
};

/**
 * Change data capture where logical replication cannot be had: triggers write each change into a table in the
 * same transaction, this reads it in order and deletes what was delivered. Rows of a transaction show up only
 * when no older transaction is running any more, so a long one delays everybody's changes here, unlike with a
 * slot. Needs a session of its own (advisory lock, LISTEN), so no pooler in transaction mode.
 */
export function createOutboxChangeSource(options: OutboxChangeSourceOptions): ChangeSource {
  const status: { -readonly [Field in keyof ChangeSourceStatus]: ChangeSourceStatus[Field] } = {
    role: 'connecting',
    inFlight: 0,
    waiting: 0,
    copies: 0,
    problem: undefined,
    backlog: undefined,
  };
  const tables: Reader['tables'] = [
    options.tables.map((table) => table.schema),
    options.tables.map((table) => table.name),
  ];
  let delivery: Delivery | undefined;
  let failures = 0;

  const begin = async (client: pg.Client, signal: AbortSignal): Promise<Reader> => {
    for (const setting of sessionSettings) await client.query(setting);
    while (!(await tryReaderLock(client))) {
      status.role = 'standby';
      await delay(standbyPollMs, undefined, { signal });
    }
    const primaryKeys = await inspectTables(
      async <R extends pg.QueryResultRow>(text: string) => (await client.query<R>(text)).rows,
      options.tables,
      { needFullIdentity: false },
    );
    const started = await readStart(client, options.name, tables);
    const reader: Reader = { client, primaryKeys, systemId: started.system_id, tables };
    status.backlog = {
      state: 'outbox',
      retainedBytes: started.retained_bytes,
      unconfirmedBytes: started.retained_bytes,
      safeBytes: undefined,
    };
    if (started.without_trigger.length > 0) await createOutboxTriggers(client, started.without_trigger);
    if (started.without_trigger.length > 0 || !started.copied) await copy(reader, signal);
    await client.query('listen kubemirror_changes');
    return reader;
  };

  const copy = async (reader: Reader, signal: AbortSignal): Promise<void> => {
    status.role = 'copying';
    status.copies += 1;
    options.log.info({}, 'copying all rows');
    const copiedAt = new Date(options.now()).toISOString();
    delivery = createDelivery({ maxInFlight: options.maxInFlight, deliver: options.deliver });
    await copyTables({
      connection: options.connection,
      tables: options.tables,
      primaryKeys: reader.primaryKeys,
      position: { systemId: reader.systemId, commit: `copy-${copiedAt}`, committedAt: copiedAt },
      delivery,
      signal,
      afterwards: async (client) => {
        await client.query(copiedStatement, [options.name, ...reader.tables]);
      },
    });
  };

  const read = async (reader: Reader, signal: AbortSignal): Promise<void> => {
    const current = createDelivery({ maxInFlight: options.maxInFlight, deliver: options.deliver });
    delivery = current;
    const floor = createOutboxFloor();
    let delivered: number[] = [];
    let size = firstBatchSize;
    const forget = async (): Promise<void> => {
      const done = delivered;
      delivered = [];
      if (done.length === 0) return;
      const { rows } = await reader.client.query<{ transaction_id: string }>(deleteStatement, [done]);
      for (const row of rows) floor.deleted(done, BigInt(row.transaction_id));
    };
    let woken = Promise.withResolvers<void>();
    reader.client.on('notification', () => {
      woken.resolve();
    });
    while (!signal.aborted) {
      // Made anew before reading: what is announced from here on may not be among the rows.
      woken = Promise.withResolvers<void>();
      const { oldestRunning, rows } = await readChanges(reader, floor, size);
      let total = 0;
      for (const row of rows) {
        await raceAbort(current.room(), signal).catch(rethrowUnless(signal));
        if (signal.aborted) break;
        const bytes = (row.row_data?.length ?? 0) + (row.previous_data?.length ?? 0);
        total += bytes;
        current.push(changeOf(row, reader), bytes, () => delivered.push(row.seq));
      }
      const isFull = rows.length === size;
      floor.read({ seqs: rows.map(({ seq }) => seq), oldestRunning, isFull });
      await forget();
      size = nextBatchSize({ rows: rows.length, bytes: total });
      if (isFull) continue;
      // The end of what is in flight wakes too, so that it is deleted soon.
      const idle = current.inFlight() === 0 ? [] : [current.drained()];
      const polled = delay(options.pollIntervalMs ?? 1_000, undefined, { signal });
      await Promise.race([woken.promise, polled, current.failed, ...idle]).catch(rethrowUnless(signal));
    }
    await Promise.race([current.drained(), delay(options.drainTimeoutMs, undefined, { ref: false })]);
    await forget();
  };

  const session = async (signal: AbortSignal): Promise<void> => {
    status.role = 'connecting';
    const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...options.connection, keepAlive: true });
    // A break shows in the query that runs or comes next.
    client.on('error', () => {});
    await client.connect();
    try {
      const reader = await begin(client, signal);
      status.role = 'reading';
      status.problem = undefined;
      failures = 0;
      options.log.info({}, 'reading changes from the outbox');
      await read(reader, signal);
    } finally {
      await client.end();
    }
  };

  return {
    kind: 'outbox',
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await session(signal);
        } catch (error) {
          if (signal.aborted) break;
          if (remedyOf(error) === 'give-up') throw error;
          failures += 1;
          status.problem = error instanceof Error ? error.message : String(error);
          const waitMs = fullJitterMs(backoff, failures, options.random());
          options.log.warn({ err: error, sqlState: sqlState(error), waitMs }, 'reading was interrupted');
          await delay(waitMs, undefined, { signal }).catch(rethrowUnless(signal));
        }
      }
      status.role = 'stopped';
    },
    status: () => ({
      ...status,
      inFlight: delivery?.inFlight() ?? 0,
      waiting: delivery?.waiting() ?? 0,
    }),
  };
}

async function readChanges(
  reader: Reader,
  floor: OutboxFloor,
  limit: number,
): Promise<{ oldestRunning: bigint; rows: OutboxRow[] }> {
  const parameters = [floor.floor(), floor.known(), ...reader.tables, limit];
  const { rows } = await reader.client.query<OutboxRow | NoRow>(readStatement, parameters);
  return {
    oldestRunning: BigInt(rows[0]?.oldest_running ?? 0),
    rows: rows.filter((row) => row.seq !== null),
  };
}

function changeOf(row: OutboxRow, reader: Reader): RowChange {
  const table = `${row.table_schema}.${row.table_name}`;
  const position = {
    systemId: reader.systemId,
    commit: `outbox-${row.transaction_id.padStart(20, '0')}`,
    index: row.seq,
    committedAt: row.changed_at.toISOString(),
  };
  if (row.operation === 'truncate') return { operation: 'truncate', table, key: '', position };
  const current = parseExactJson(row.row_data ?? '{}') as Row;
  const key = rowKey(reader.primaryKeys.get(table) ?? [], current);
  if (row.operation !== 'update' || row.previous_data === null) {
    const operation = row.operation === 'update' ? 'insert' : row.operation;
    return { operation, table, key, position, row: current };
  }
  const previous = parseExactJson(row.previous_data) as Row;
  return { operation: 'update', table, key, position, row: current, previous };
}

async function readStart(client: pg.Client, name: string, tables: Reader['tables']) {
  type Start = { without_trigger: string[]; copied: boolean; system_id: string; retained_bytes: number };
  const { rows } = await client.query<Start>(startStatement, [name, ...tables]);
  if (rows[0] === undefined) throw new Error('Cannot read the outbox: the server answered nothing');
  return rows[0];
}

async function tryReaderLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtextextended('kubemirror change outbox', 0)) as locked",
  );
  return rows[0]?.locked === true;
}

/** What an abort ends is no failure. */
function rethrowUnless(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
