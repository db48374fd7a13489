import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-group-resources');

/** Plural names of a group's resources that have objects in a cluster, sorted. */
export async function listGroupResources(
  pool: Pick<Pool, 'query'>,
  within: { readonly cluster: string; readonly group: string; readonly withDeleted: boolean },
): Promise<string[]> {
  const result = await pool.query<{ resource: string }>(statement, [
    within.cluster,
    within.group,
    within.withDeleted,
  ]);
  return result.rows.map((row) => row.resource);
}
