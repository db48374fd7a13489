import type { z } from 'zod';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { type EventInventory, findEventScopes } from '../../lib/access/find-event-scopes.ts';
import type { EventScope } from '../../lib/core/access-scope.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import type { EventFilter } from '../../lib/postgres/event-filter.ts';
import type { eventParameters } from './event-parameters.ts';

export type EventParameters = z.output<z.ZodObject<typeof eventParameters>>;

export type VisibleDependencies = {
  readonly clusters: Clusters;
  readonly inventoryOf: (cluster: string) => EventInventory;
};

/** Which part of a question the caller may have answered. */
export type Visible =
  | {
      readonly kind: 'scopes';
      readonly scopes: readonly EventScope[];
      /** With the cluster, where it can only be one. */
      readonly filter: EventFilter;
      /** Clusters that are left out, because nobody there could say what the caller may see. */
      readonly missingClusters: readonly string[];
    }
  | { readonly kind: 'rights-unknown' };

export function filterOf(parameters: EventParameters): EventFilter {
  return {
    cluster: parameters.cluster,
    namespace: parameters.namespace,
    kinds: parameters.kind,
    nameContains: parameters.name,
    compositionId: parameters.composition_id,
    labels: parameters.labels,
    labelRequirements: parameters.label_selector?.requirements,
    since: parameters.since,
    until: parameters.until,
    types: parameters.type,
    reasons: parameters.reason,
    involvedUid: parameters.involved_uid,
    involvedName: parameters.involved_name,
    text: parameters.text,
  };
}

/**
 * Which events the caller may see, among those that the filter asks for. Another cluster whose API server does
 * not answer is left out; without our own there is no answer at all.
 */
export async function findVisible(
  caller: KnownCaller,
  filter: EventFilter,
  deps: VisibleDependencies,
): Promise<Visible> {
  const found = await Promise.all(
    clustersOf(deps.clusters, caller, filter.cluster).map(async ({ cluster, access }) => ({
      cluster,
      outcome: await findEventScopes(access, caller.user, {
        cluster,
        namespace: filter.namespace,
        involvedName: filter.involvedName,
        withInvolved: filter.labels !== undefined || filter.labelRequirements !== undefined,
        inventory: deps.inventoryOf(cluster),
      }),
    })),
  );
  const scopes: EventScope[] = [];
  const missingClusters: string[] = [];
  for (const { cluster, outcome } of found) {
    if (outcome.kind === 'scopes') scopes.push(...outcome.scopes);
    else if (found.length === 1 || cluster === deps.clusters.own.cluster) return { kind: 'rights-unknown' };
    else missingClusters.push(cluster);
  }
  const [first, ...more] = scopes;
  return {
    kind: 'scopes',
    scopes,
    filter: { ...filter, cluster: more.length === 0 ? first?.cluster : undefined },
    missingClusters,
  };
}
