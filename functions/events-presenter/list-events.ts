import { z } from 'zod';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { type EventInventory, findEventScopes } from '../../lib/access/find-event-scopes.ts';
import type { EventScope } from '../../lib/core/access-scope.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import type { EventFilter, EventKey, ListedEvent } from '../../lib/postgres/list-events.ts';
import type { ListParameters } from './list-parameters.ts';

export type ListDependencies = {
  readonly clusters: Clusters;
  readonly cursorKeys: SealingKeys;
  readonly inventoryOf: (cluster: string) => EventInventory;
  readonly listRows: (
    scope: EventScopeParameter,
    filter: EventFilter,
    page: { readonly after: EventKey | undefined; readonly limit: number },
  ) => Promise<ListedEvent[]>;
};

export type ListOutcome =
  | {
      readonly kind: 'page';
      readonly rows: readonly ListedEvent[];
      readonly cursor: string | undefined;
      /** Clusters that are left out, because nobody there could say what the caller may see. */
      readonly missingClusters: readonly string[];
    }
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

const keySchema = z.tuple([z.string(), z.string()]);

/** One page of the events that the caller may see, newest first, and a cursor where more follow. */
export async function listEvents(
  caller: KnownCaller,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const { cursor, limit } = parameters;
  const filter: EventFilter = {
    cluster: parameters.cluster,
    namespace: parameters.namespace,
    kind: parameters.kind,
    nameContains: parameters.name,
    compositionId: parameters.composition_id,
    labels: parameters.labels,
    since: parameters.since,
  };
  const binding = { username: caller.user.username, query: filter };
  const after = cursor === undefined ? undefined : decodeCursor(deps.cursorKeys, binding, cursor, keySchema);
  if (cursor !== undefined && after === undefined) return { kind: 'invalid-cursor' };

  const found = await findScopes(caller, filter, deps);
  if (found === 'unknown') return { kind: 'rights-unknown' };
  const { scopes, missingClusters } = found;
  if (scopes.length === 0) return { kind: 'page', rows: [], cursor: undefined, missingClusters };

  const [first, ...more] = scopes;
  // One more than asked for shows whether another page follows.
  const rows = await deps.listRows(
    eventScopeParameter(scopes),
    { ...filter, cluster: more.length === 0 ? first?.cluster : undefined },
    { after, limit: limit + 1 },
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    rows: shown,
    cursor:
      rows.length > limit && last !== undefined
        ? encodeCursor(deps.cursorKeys, binding, [last.created_at, last.position])
        : undefined,
    missingClusters,
  };
}

/** Another cluster that does not answer is left out; without our own there is no answer at all. */
async function findScopes(
  caller: KnownCaller,
  filter: EventFilter,
  deps: ListDependencies,
): Promise<{ scopes: EventScope[]; missingClusters: string[] } | 'unknown'> {
  const found = await Promise.all(
    clustersOf(deps.clusters, caller, filter.cluster).map(async ({ cluster, access }) => ({
      cluster,
      outcome: await findEventScopes(access, caller.user, {
        cluster,
        namespace: filter.namespace,
        withInvolved: filter.labels !== undefined,
        inventory: deps.inventoryOf(cluster),
      }),
    })),
  );
  const scopes: EventScope[] = [];
  const missingClusters: string[] = [];
  for (const { cluster, outcome } of found) {
    if (outcome.kind === 'scopes') scopes.push(...outcome.scopes);
    else if (found.length === 1 || cluster === deps.clusters.own.cluster) return 'unknown';
    else missingClusters.push(cluster);
  }
  return { scopes, missingClusters };
}
