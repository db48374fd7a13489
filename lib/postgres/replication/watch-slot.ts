import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { loadSql } from '../load-sql.ts';
import type { Backlog, FollowedTable } from './change-source.ts';
import { sqlState } from './replication-error.ts';

type HealthRow = {
  wal_status: string | null;
  retained_bytes: number | null;
  unconfirmed_bytes: number | null;
  safe_bytes: number | null;
  all_published: boolean;
};

const lostSlot = '55000';

const statement = loadSql('replication-slot-health');

/**
 * Looks at the slot every now and then until the signal aborts, on a short connection of its own. A stream alone
 * does not notice a table that was taken out of the publication, and a paused one not even that its slot is lost.
 * @param options.onProblem gets why the slot could not be looked at; that alone is no reason to stop reading
 * @throws with SQLSTATE 55000 when everything has to be copied anew
 */
export async function watchSlot(options: {
  readonly connection: pg.ClientConfig;
  readonly slot: string;
  readonly publication: string;
  readonly tables: readonly FollowedTable[];
  readonly intervalMs: number;
  readonly onBacklog: (backlog: Backlog) => void;
  readonly onProblem: (error: unknown) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  while (!options.signal.aborted) {
    try {
      options.onBacklog(judge(await readHealth(options), options.slot));
    } catch (error) {
      if (sqlState(error) === lostSlot) throw error;
      options.onProblem(error);
    }
    await delay(options.intervalMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function readHealth(options: {
  readonly connection: pg.ClientConfig;
  readonly slot: string;
  readonly publication: string;
  readonly tables: readonly FollowedTable[];
}): Promise<HealthRow | undefined> {
  const client = new pg.Client({
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    ...options.connection,
  });
  // A break between two steps shows in the next one.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<HealthRow>(statement, [
      options.slot,
      options.publication,
      options.tables.map((table) => table.schema),
      options.tables.map((table) => table.name),
    ]);
    return rows[0];
  } finally {
    await client.end();
  }
}

function judge(row: HealthRow | undefined, slot: string): Backlog {
  if (row === undefined) throw lost(`slot "${slot}" is gone`);
  if (row.wal_status === 'lost') throw lost(`slot "${slot}" has lost its log`);
  if (!row.all_published) throw lost('a table was taken out of the publication');
  return {
    state: row.wal_status ?? 'unknown',
    retainedBytes: row.retained_bytes ?? 0,
    unconfirmedBytes: row.unconfirmed_bytes ?? 0,
    safeBytes: row.safe_bytes ?? undefined,
  };
}

function lost(what: string): Error {
  return Object.assign(new Error(`Cannot read changes: ${what}`), { code: lostSlot });
}
