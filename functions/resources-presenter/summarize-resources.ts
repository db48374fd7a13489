import { z } from 'zod';
import type { Clusters } from '../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { ResourceFilter } from '../../lib/postgres/resource-filter.ts';
import type { ResourceSummaryKey, ResourceSummaryRow } from '../../lib/postgres/summarize-resources.ts';
import { type Forbidden, filterOf, findVisible, type ResourceInventory } from './find-visible.ts';
import { refuseContradictions, resourceParameters } from './resource-parameters.ts';

/** A summary over more tells its shares well enough, and reads no more. */
const maxSummarised = 50_000;

const keys = ['kind', 'namespace', 'status', 'cluster', 'composition'] as const;

/** Parameters of `GET /resources/summary`; unknown names are ignored. */
export const summaryQuerySchema = refuseContradictions(
  z.object({
    ...resourceParameters,
    by: z
      .enum(keys, { error: `expected one of ${keys.join(', ')}` })
      .default('kind')
      .describe('What to count by'),
  }),
);

export type SummaryDependencies = {
  readonly clusters: Clusters;
  readonly inventory: ResourceInventory;
  readonly summarizeRows: (
    scope: ScopeParameter,
    filter: ResourceFilter,
    options: { readonly by: ResourceSummaryKey; readonly max: number },
  ) => Promise<ResourceSummaryRow[]>;
};

export type SummaryOutcome =
  | {
      readonly kind: 'summary';
      readonly by: ResourceSummaryKey;
      readonly rows: readonly ResourceSummaryRow[];
      /** False where there are more objects than were looked at. */
      readonly exact: boolean;
      readonly missingClusters: readonly string[];
    }
  | Forbidden
  | { readonly kind: 'rights-unknown' };

/** How many objects of each kind, namespace and so on the caller may list. */
export async function summarizeResources(
  caller: KnownCaller,
  parameters: z.output<typeof summaryQuerySchema>,
  deps: SummaryDependencies,
): Promise<SummaryOutcome> {
  const { by } = parameters;
  const visible = await findVisible(caller, filterOf(parameters), 'list', deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  if (scopes.length === 0) return { kind: 'summary', by, rows: [], exact: true, missingClusters };
  const options = { by, max: maxSummarised + 1 };
  const rows = await deps.summarizeRows(resourceScopeParameter(scopes), filter, options);
  const counted = rows.reduce((sum, row) => sum + row.count, 0);
  return { kind: 'summary', by, rows, exact: counted <= maxSummarised, missingClusters };
}
