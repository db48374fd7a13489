import type { WalContext } from './wal-benchmark.ts';

const megabyte = 1024 * 1024;

/** What the slot of the source holds back, in MB. */
export async function slotRetention(
  context: WalContext,
  databaseUrl: string,
): Promise<{ readonly retainedMb: number; readonly unconfirmedMb: number; readonly writtenMb: number }> {
  const { rows } = await context.database.query(
    databaseUrl,
    `select (pg_current_wal_lsn() - restart_lsn)::float8 as retained,
       (pg_current_wal_lsn() - confirmed_flush_lsn)::float8 as unconfirmed,
       (pg_current_wal_lsn() - '0/0')::float8 as written
     from pg_replication_slots where database = current_database()`,
  );
  const [slot] = rows as { retained: number; unconfirmed: number; written: number }[];
  if (slot === undefined) throw new Error('Cannot measure the log: the source has no slot');
  return {
    retainedMb: slot.retained / megabyte,
    unconfirmedMb: slot.unconfirmed / megabyte,
    writtenMb: slot.written / megabyte,
  };
}

/** Writes about so many megabytes of log that no source has asked for. */
export async function writeNoise(context: WalContext, databaseUrl: string, megabytes: number): Promise<void> {
  await context.database.query(
    databaseUrl,
    `insert into noise select repeat('x', 1000) from generate_series(1, ${Math.round(megabytes * 950)})`,
  );
}
