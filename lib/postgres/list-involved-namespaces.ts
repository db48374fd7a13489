import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-involved-namespaces');

/** Namespaces (`''` for cluster-scoped objects) of the objects of one kind that a cluster's events are about. */
export async function listInvolvedNamespaces(
  pool: Pick<Pool, 'query'>,
  of: { readonly cluster: string; readonly group: string; readonly resource: string },
): Promise<string[]> {
  const result = await pool.query<{ namespace: string }>(statement, [of.cluster, of.group, of.resource]);
  return result.rows.map((row) => row.namespace);
}
