import type { z } from 'zod';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { type AccessKind, findResourceScopes } from '../../lib/access/find-resource-scopes.ts';
import type { AccessVerb } from '../../lib/core/access-attributes.ts';
import type { ResourceScope } from '../../lib/core/access-scope.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import type { ResourceFilter } from '../../lib/postgres/resource-filter.ts';
import type { resourceParameters } from './resource-parameters.ts';

export type ResourceParameters = z.output<z.ZodObject<typeof resourceParameters>>;

/** What there is, so that rights are only asked for that. */
export type ResourceInventory = {
  readonly resources: (of: {
    readonly cluster: string;
    readonly group: string;
    readonly withDeleted: boolean;
  }) => Promise<string[]>;
  readonly namespaces: (
    of: AccessKind & { readonly cluster: string; readonly withDeleted: boolean },
  ) => Promise<string[]>;
};

/** Which part of a question the caller may have answered. */
export type Visible =
  | {
      readonly kind: 'scopes';
      readonly scopes: readonly ResourceScope[];
      /** With the cluster, where it can only be one. */
      readonly filter: ResourceFilter;
      /** Clusters that are left out, because nobody there could say what the caller may see. */
      readonly missingClusters: readonly string[];
    }
  /** Not one object of that kind may be listed there, whether there are any or not. */
  | Forbidden
  | { readonly kind: 'rights-unknown' };

export type Forbidden = {
  readonly kind: 'forbidden';
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
};

export function filterOf(parameters: ResourceParameters): ResourceFilter {
  const namespace = parameters.namespace ?? 'default';
  const deleted = { false: 'live', true: 'deleted', all: 'all' } as const;
  return {
    groups: parameters.group,
    resources: parameters.resource,
    kinds: parameters.kind,
    version: parameters.version,
    cluster: parameters.cluster,
    namespace: namespace === '*' ? undefined : namespace,
    name: parameters.name,
    nameContains: parameters.name_contains,
    compositionId: parameters.composition_id,
    labels: parameters.labels,
    labelRequirements: parameters.label_selector?.requirements,
    updatedSince: parameters.since,
    deleted: deleted[parameters.deleted],
    at: parameters.at,
  };
}

/**
 * Where the caller may do `verb`, among what the filter asks for. Another cluster whose API server does not
 * answer is left out; without our own there is no answer at all.
 */
export async function findVisible(
  caller: KnownCaller,
  filter: ResourceFilter,
  verb: AccessVerb,
  deps: { readonly clusters: Clusters; readonly inventory: ResourceInventory },
): Promise<Visible> {
  const withDeleted = filter.deleted !== 'live' || filter.at !== undefined;
  const found = await Promise.all(
    clustersOf(deps.clusters, caller, filter.cluster).map(async ({ cluster, access }) => {
      const outcome = await findResourceScopes(access, caller.user, {
        verb,
        cluster,
        kinds: await kindsOf(cluster, filter, (of) => deps.inventory.resources({ ...of, withDeleted })),
        namespace: filter.namespace,
        namespacesOf: (kind) => deps.inventory.namespaces({ cluster, ...kind, withDeleted }),
        name: filter.name,
      });
      return { cluster, outcome };
    }),
  );
  const scopes: ResourceScope[] = [];
  const missingClusters: string[] = [];
  for (const { cluster, outcome } of found) {
    if (outcome.kind === 'scopes') scopes.push(...outcome.scopes);
    else if (found.length === 1 || cluster === deps.clusters.own.cluster) return { kind: 'rights-unknown' };
    else missingClusters.push(cluster);
  }
  if (scopes.length === 0) {
    const forbidden = forbiddenOf(filter);
    if (forbidden !== undefined) return forbidden;
  }
  const inClusters = new Set(scopes.map((scope) => scope.cluster));
  const [onlyCluster] = inClusters;
  return {
    kind: 'scopes',
    scopes,
    filter: { ...filter, cluster: inClusters.size === 1 ? onlyCluster : undefined },
    missingClusters,
  };
}

/** Where resources are named these are the question, so that the answer tells nothing of what is stored. */
async function kindsOf(
  cluster: string,
  filter: ResourceFilter,
  stored: (of: { readonly cluster: string; readonly group: string }) => Promise<string[]>,
): Promise<AccessKind[]> {
  const found = await Promise.all(
    filter.groups.map(async (group) => {
      const resources = filter.resources ?? (await stored({ cluster, group }));
      return resources.map((resource) => ({ group, resource }));
    }),
  );
  return found.flat();
}

/**
 * As the API server: forbidden where the question itself is, whatever is stored. Where the question goes over
 * several kinds or namespaces, what may not be seen is left out, and so the answer may be empty.
 */
function forbiddenOf(filter: ResourceFilter): Forbidden | undefined {
  const [group, ...otherGroups] = filter.groups;
  const [resource, ...otherResources] = filter.resources ?? [];
  const single = otherGroups.length === 0 && otherResources.length === 0;
  if (!single || group === undefined || resource === undefined || filter.namespace === undefined) {
    return undefined;
  }
  return { kind: 'forbidden', group, resource, namespace: filter.namespace };
}
