import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('get-definition');

/** The CustomResourceDefinition of a resource, where it is mirrored. */
export async function getDefinition(
  pool: Pick<Pool, 'query'>,
  cluster: string,
  name: string,
): Promise<unknown> {
  const result = await pool.query<{ raw: unknown }>(statement, [cluster, name]);
  return result.rows[0]?.raw;
}
