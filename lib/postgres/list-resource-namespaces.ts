import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-resource-namespaces');

/** Namespaces (`''` for cluster-scoped objects) in which a resource has objects in a cluster, sorted. */
export async function listResourceNamespaces(
  pool: Pick<Pool, 'query'>,
  of: {
    readonly cluster: string;
    readonly group: string;
    readonly resource: string;
    readonly withDeleted: boolean;
  },
): Promise<string[]> {
  const result = await pool.query<{ namespace: string }>(statement, [
    of.cluster,
    of.group,
    of.resource,
    of.withDeleted,
  ]);
  return result.rows.map((row) => row.namespace);
}
