import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';
import type { AppConfigRow } from './app-config-row.ts';

const statement = loadSql('get-app-config');

export async function getAppConfig(pool: Pick<Pool, 'query'>, id: string): Promise<AppConfigRow | undefined> {
  const { rows } = await pool.query<AppConfigRow>(statement, [id]);
  return rows[0];
}
