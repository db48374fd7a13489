import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';

const statement = loadSql('due-app-configs');

/** Ids of AppConfigs that wait for the renderer, the longest first. */
export async function findDue(
  pool: Pick<Pool, 'query'>,
  options: { readonly untoldAfterMs: number; readonly limit: number },
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(statement, [
    `${options.untoldAfterMs} milliseconds`,
    options.limit,
  ]);
  return rows.map(({ id }) => id);
}
