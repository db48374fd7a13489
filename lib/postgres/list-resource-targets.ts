import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** A resource and a namespace (`''` for cluster-scoped objects) in which it has live objects. */
export type ResourceTarget = { readonly resource: string; readonly namespace: string };

const statement = loadSql('list-resource-targets');

/** Where a group has live objects in one cluster, so that rights are only asked for there. */
export async function listResourceTargets(
  pool: Pick<Pool, 'query'>,
  within: {
    readonly cluster: string;
    readonly group: string;
    readonly resources: readonly string[] | undefined;
    readonly namespace: string | undefined;
  },
): Promise<ResourceTarget[]> {
  const only = within.resources?.length === 1 ? within.resources[0] : undefined;
  const result = await pool.query<ResourceTarget>(statement, [
    within.cluster,
    within.group,
    only,
    within.resources,
    within.namespace,
  ]);
  return result.rows;
}
