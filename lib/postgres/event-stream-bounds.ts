import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('event-stream-bounds');

export type StreamBounds = {
  /** The last committed position. */
  readonly head: number;
  /** Rows up to here may be gone, so that a stream cannot continue below. */
  readonly horizon: number;
};

export async function eventStreamBounds(pool: Pick<Pool, 'query'>): Promise<StreamBounds> {
  const result = await pool.query<{ head: string; horizon: string }>(statement);
  const [row] = result.rows;
  if (row === undefined) throw new Error('Cannot read the bounds of the event stream: no row, expected one');
  return { head: Number(row.head), horizon: Number(row.horizon) };
}
