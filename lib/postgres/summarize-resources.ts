import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { filterParameters, type ResourceFilter, resourceStatement } from './resource-filter.ts';

export type ResourceSummaryKey = 'kind' | 'namespace' | 'status' | 'cluster' | 'composition';

/** `group`, `resource` and `kind` for a summary by kind, `value` for any other; null where objects have none. */
export type ResourceSummaryRow = {
  readonly group: string | null;
  readonly resource: string | null;
  readonly kind: string | null;
  readonly value: string | null;
  readonly count: number;
};

const statement = resourceStatement('summarize-resources');

/** How many objects inside the scope there are of each, among the first `max`; most first. */
export async function summarizeResources(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  options: { readonly by: ResourceSummaryKey; readonly max: number },
): Promise<ResourceSummaryRow[]> {
  const { values, source } = filterParameters(scope, filter);
  const result = await pool.query<ResourceSummaryRow>(statement[source], [
    ...values,
    options.by,
    options.max,
  ]);
  return result.rows;
}
