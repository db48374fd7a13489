import type pg from 'pg';
import { classifyError } from './classify-error.ts';

/** A connection that has its staging table and prepared statements, in a transaction of its own. */
export type WriterSessions = {
  /**
   * Runs `work` on a prepared connection. `work` begins and commits; when it throws, the transaction is rolled
   * back, and a connection in doubt is closed rather than used again.
   */
  readonly run: <Result>(work: (client: pg.PoolClient) => Promise<Result>) => Promise<Result>;
};

/**
 * @param setUp statements that every connection runs once. Plans are made once and look rows up by key: the planner
 * knows nothing about staging tables, and a plan that was made while the mirror was empty would read all of it
 * for every batch (measured: 6 of 11 ms a batch at 5,000 rows, growing with the table).
 */
export function createWriterSessions(pool: pg.Pool, setUp: readonly string[]): WriterSessions {
  const ready = new WeakSet<pg.PoolClient>();
  const text = [
    'set enable_seqscan = off',
    'set enable_hashjoin = off',
    'set enable_mergejoin = off',
    'set jit = off',
    'set plan_cache_mode = force_generic_plan',
    preferLz4,
    ...setUp,
  ].join(';\n');
  return {
    run: async (work) => {
      const client = await pool.connect();
      let failure: unknown;
      try {
        if (!ready.has(client)) {
          await client.query(text);
          ready.add(client);
        }
        return await work(client);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        client.release(await isInDoubt(client, failure));
      }
    },
  };
}

/** Compressing rows is a fifth of a batch's work with pglz, and next to nothing with lz4 where that is built in. */
const preferLz4 = `select set_config(name, 'lz4', false) from pg_settings
  where name = 'default_toast_compression' and 'lz4' = any (enumvals)`;

/** Rolls back after a failure; true where that is impossible or the server is going away. */
async function isInDoubt(client: pg.PoolClient, failure: unknown): Promise<boolean> {
  if (failure === undefined) return false;
  if (classifyError(failure) === 'unavailable') return true;
  try {
    await client.query('rollback');
    return false;
  } catch {
    // The first error is the one that tells the story; this connection is closed.
    return true;
  }
}
