import type { Pool } from 'pg';
import type { StreamBounds } from './event-stream-bounds.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('resource-stream-bounds');

/** Where the stream of resources ends, and where it begins. */
export async function resourceStreamBounds(pool: Pick<Pool, 'query'>): Promise<StreamBounds> {
  const result = await pool.query<{ head: string; horizon: string }>(statement);
  const [row] = result.rows;
  if (row === undefined)
    throw new Error('Cannot read the bounds of the resource stream: no row, expected one');
  return { head: Number(row.head), horizon: Number(row.horizon) };
}
