import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { fullJitterMs } from '../../core/full-jitter.ts';
import { raceAbort } from '../../core/race-abort.ts';
import type { ChangeSource, ChangeSourceOptions, ChangeSourceStatus } from './change-source.ts';
import { copyTables } from './copy-tables.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { ensurePublication } from './ensure-publication.ts';
import { inspectTables, type PrimaryKeys } from './inspect-tables.ts';
import { formatLsnKey, parseLsn } from './lsn.ts';
import { quoteLiteral } from './quote-identifier.ts';
import { connectReplication, type ReplicationConnection } from './replication-connection.ts';
import { remedyOf, sqlState } from './replication-error.ts';
import { createExportedSlot, dropSlot, keepSlot, slotState } from './replication-slot.ts';
import { streamChanges, type UndecodableMessage } from './stream-changes.ts';
import { watchSlot } from './watch-slot.ts';

export type LogicalChangeSourceOptions = ChangeSourceOptions & {
  readonly connection: pg.ClientConfig;
  /** Default: the source's name. */
  readonly publication?: string;
  /** How long the server waits for a sign of life before it lets a standby take over. Default 30 s. */
  readonly readerTimeoutMs?: number;
  readonly onUndecodable: (problem: UndecodableMessage) => Promise<void>;
  readonly now: () => number;
  readonly random: () => number;
};

/** Waits between attempts: short enough for a server that restarts, bounded for one that is gone. */
const backoff = { baseMs: 200, capMs: 10_000 };

/** A standby asks this often; a waiting lock request would hold back vacuum instead. */
const standbyPollMs = 1_000;

/**
 * Change data capture by logical replication (pgoutput). The slot is the only memory of the position: it is
 * there exactly when its copy was complete, and it moves exactly over what was delivered.
 *
 * Modes: connecting -> standby (another reader holds the lock) -> copying (no usable slot) -> reading. Every
 * failure leads back to connecting, with a new copy where the slot turned out to be lost.
 */
export function createLogicalChangeSource(options: LogicalChangeSourceOptions): ChangeSource {
  const publication = options.publication ?? options.name;
  const readerTimeoutMs = options.readerTimeoutMs ?? 30_000;
  const status: { -readonly [Field in keyof ChangeSourceStatus]: ChangeSourceStatus[Field] } = {
    role: 'connecting',
    inFlight: 0,
    waiting: 0,
    copies: 0,
    problem: undefined,
    backlog: undefined,
  };
  let delivery: Delivery | undefined;
  let failures = 0;
  // Set by an error that says so: the slot may look usable and yet not be.
  let slotIsLost = false;

  const copy = async (
    connection: ReplicationConnection,
    source: { readonly systemId: string; readonly primaryKeys: PrimaryKeys; readonly signal: AbortSignal },
  ): Promise<void> => {
    status.role = 'copying';
    status.copies += 1;
    const exported = await createExportedSlot(connection, options.name);
    options.log.info({ consistentPoint: exported.consistentPoint }, 'copying all rows');
    delivery = createDelivery({ maxInFlight: options.maxInFlight, deliver: options.deliver });
    await copyTables({
      connection: options.connection,
      tables: options.tables,
      primaryKeys: source.primaryKeys,
      snapshot: exported.snapshot,
      position: {
        systemId: source.systemId,
        // A commit can stand at the very same place, and ids must differ.
        commit: `copy-${formatLsnKey(parseLsn(exported.consistentPoint))}`,
        lsn: exported.consistentPoint,
        committedAt: new Date(options.now()).toISOString(),
      },
      delivery,
      signal: source.signal,
    });
    await keepSlot(connection, exported.temporarySlot, options.name);
    slotIsLost = false;
  };

  const prepare = async (connection: ReplicationConnection, signal: AbortSignal) => {
    await requireLogicalLog(connection);
    const [system] = await connection.query<{ systemid: string }>('IDENTIFY_SYSTEM');
    const systemId = system?.systemid ?? '';
    while (!(await tryReaderLock(connection, options.name))) {
      if (status.role !== 'standby') options.log.info({}, 'standing by: another process reads');
      status.role = 'standby';
      await delay(standbyPollMs, undefined, { signal });
    }
    const primaryKeys = await inspectTables(connection.query, options.tables, { needFullIdentity: true });
    const forgetSlot = async () => {
      if ((await slotState(connection, options.name)) !== 'absent') await dropSlot(connection, options.name);
    };
    await ensurePublication(connection, { name: publication, tables: options.tables }, forgetSlot);
    const state = await slotState(connection, options.name);
    if (state === 'lost' || (slotIsLost && state === 'usable')) {
      options.log.warn({ slot: options.name }, 'the slot is lost, so everything is copied anew');
      await forgetSlot();
    }
    if ((await slotState(connection, options.name)) === 'absent') {
      await copy(connection, { systemId, primaryKeys, signal });
    }
    return { systemId, primaryKeys };
  };

  const session = async (signal: AbortSignal): Promise<void> => {
    status.role = 'connecting';
    const connection = await connectReplication(options.connection, readerTimeoutMs);
    try {
      const source = await raceAbort(Promise.race([prepare(connection, signal), connection.broken]), signal);
      status.role = 'reading';
      status.problem = undefined;
      failures = 0;
      options.log.info({ slot: options.name, publication }, 'reading changes');
      const watching = new AbortController();
      const watch = watchSlot({
        connection: options.connection,
        slot: options.name,
        publication,
        tables: options.tables,
        intervalMs: watchIntervalMs,
        onBacklog: (backlog) => {
          status.backlog = backlog;
        },
        onProblem: (error) => {
          options.log.warn({ err: error }, 'the slot could not be looked at');
        },
        signal: watching.signal,
      });
      watch.catch(connection.destroy);
      await streamChanges({
        connection,
        slot: options.name,
        publication,
        ...source,
        createDelivery: (onRoom) => {
          delivery = createDelivery({ maxInFlight: options.maxInFlight, deliver: options.deliver, onRoom });
          return delivery;
        },
        drainTimeoutMs: options.drainTimeoutMs,
        readerTimeoutMs,
        signal,
        now: options.now,
        onUndecodable: options.onUndecodable,
      }).finally(() => {
        watching.abort();
      });
    } finally {
      await connection.close();
    }
  };

  const runUntilAborted = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await session(signal);
      } catch (error) {
        if (signal.aborted) return;
        const remedy = remedyOf(error);
        if (remedy === 'give-up') throw error;
        failures += 1;
        slotIsLost ||= remedy === 'resynchronise';
        status.problem = error instanceof Error ? error.message : String(error);
        const waitMs = fullJitterMs(backoff, failures, options.random());
        options.log.warn(
          { err: error, sqlState: sqlState(error), remedy, waitMs },
          'reading was interrupted',
        );
        await delay(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  };

  return {
    kind: 'logical',
    run: async (signal) => {
      try {
        await runUntilAborted(signal);
      } finally {
        status.role = 'stopped';
      }
    },
    status: () => ({
      ...status,
      inFlight: delivery?.inFlight() ?? 0,
      waiting: delivery?.waiting() ?? 0,
    }),
  };
}

async function requireLogicalLog(connection: ReplicationConnection): Promise<void> {
  const [row] = await connection.query<{ wal_level: string }>('show wal_level');
  if (row?.wal_level === 'logical') return;
  throw Object.assign(
    new Error(`Cannot read changes: wal_level is "${row?.wal_level}", expected "logical"`),
    { code: '0A000' },
  );
}

/** Often enough for metrics, and for noticing a publication that somebody changed. */
const watchIntervalMs = 10_000;

/** On the replication connection itself, so that the lock ends with whoever reads. */
async function tryReaderLock(connection: ReplicationConnection, name: string): Promise<boolean> {
  const [row] = await connection.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(hashtextextended(${quoteLiteral(`kubemirror changes ${name}`)}, 0)) as locked`,
  );
  return row?.locked === true;
}
