import type { Clusters } from '../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { ResourceFilter } from '../../lib/postgres/resource-filter.ts';
import {
  type Forbidden,
  filterOf,
  findVisible,
  type ResourceInventory,
  type ResourceParameters,
} from './find-visible.ts';

/** Counting further would cost more than the figure is worth to a person. */
const maxCount = 10_000;

export type CountDependencies = {
  readonly clusters: Clusters;
  readonly inventory: ResourceInventory;
  readonly countRows: (scope: ScopeParameter, filter: ResourceFilter, max: number) => Promise<number>;
};

export type CountOutcome =
  | {
      readonly kind: 'count';
      readonly count: number;
      /** False where there are more. */
      readonly exact: boolean;
      readonly missingClusters: readonly string[];
    }
  | Forbidden
  | { readonly kind: 'rights-unknown' };

/** How many objects the caller may list. */
export async function countResources(
  caller: KnownCaller,
  parameters: ResourceParameters,
  deps: CountDependencies,
): Promise<CountOutcome> {
  const visible = await findVisible(caller, filterOf(parameters), 'list', deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  const found =
    scopes.length === 0 ? 0 : await deps.countRows(resourceScopeParameter(scopes), filter, maxCount + 1);
  return { kind: 'count', count: Math.min(found, maxCount), exact: found <= maxCount, missingClusters };
}
