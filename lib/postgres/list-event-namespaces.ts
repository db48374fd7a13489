import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-event-namespaces');

/** Namespaces that have events, in whatever cluster. */
export async function listEventNamespaces(pool: Pick<Pool, 'query'>): Promise<string[]> {
  const result = await pool.query<{ namespace: string }>(statement);
  return result.rows.map((row) => row.namespace);
}
