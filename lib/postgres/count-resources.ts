import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { filterParameters, type ResourceFilter, resourceStatement } from './resource-filter.ts';

const statement = resourceStatement('count-resources');

/** How many objects are inside the scope, counted up to `max`. */
export async function countResources(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  max: number,
): Promise<number> {
  const { values, source } = filterParameters(scope, filter);
  const result = await pool.query<{ count: number }>(statement[source], [...values, max]);
  return result.rows[0]?.count ?? 0;
}
