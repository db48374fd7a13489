import type pg from 'pg';
import { loadSql } from './load-sql.ts';
import { lockResources } from './stream-locks.ts';

const text = loadSql('purge-deleted');

/** Removes rows of objects deleted before `before`, a transaction a batch; returns how many. */
export async function purgeDeleted(
  client: pg.ClientBase,
  options: { readonly before: Date; readonly batchRows: number; readonly signal: AbortSignal },
): Promise<number> {
  for (let purged = 0; ; ) {
    options.signal.throwIfAborted();
    await client.query(`begin; ${lockResources}`);
    let rows: number;
    try {
      rows = (await client.query(text, [options.before, options.batchRows])).rowCount ?? 0;
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
    purged += rows;
    if (rows < options.batchRows) return purged;
  }
}
