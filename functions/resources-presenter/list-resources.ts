import { z } from 'zod';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { type AccessKind, findResourceScopes } from '../../lib/access/find-resource-scopes.ts';
import type { ResourceScope } from '../../lib/core/access-scope.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import {
  type ResourceFilter,
  type ResourcePage,
  type ResourceRow,
  resourceKey,
  resourceKeyLength,
} from '../../lib/postgres/list-resources.ts';
import type { ListParameters } from './list-parameters.ts';

/** What there is, so that rights are only asked for that. */
export type ResourceInventory = {
  readonly resources: (of: { readonly cluster: string; readonly group: string }) => Promise<string[]>;
  readonly namespaces: (of: AccessKind & { readonly cluster: string }) => Promise<string[]>;
};

export type ListDependencies = {
  readonly clusters: Clusters;
  readonly cursorKeys: SealingKeys;
  readonly inventory: ResourceInventory;
  readonly listRows: (
    scope: ScopeParameter,
    filter: ResourceFilter,
    page: ResourcePage,
  ) => Promise<ResourceRow[]>;
};

export type ListOutcome =
  | {
      readonly kind: 'page';
      readonly rows: readonly ResourceRow[];
      readonly cursor: string | undefined;
      /** Clusters that are left out, because nobody there could say what the caller may see. */
      readonly missingClusters: readonly string[];
    }
  /** Not one object of that kind may be listed there, whether there are any or not. */
  | {
      readonly kind: 'forbidden';
      readonly group: string;
      readonly resource: string;
      readonly namespace: string;
    }
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

/** One page of what the caller may list, and a cursor where more follows. */
export async function listResources(
  caller: KnownCaller,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const filter = filterOf(parameters);
  const page = pageOf(parameters);
  const binding = {
    username: caller.user.username,
    query: { ...filter, sort: page.sort, descending: page.descending },
  };
  const after = readCursor(parameters.cursor, binding, page, deps.cursorKeys);
  if (after === 'invalid') return { kind: 'invalid-cursor' };

  const found = await findScopes(caller, filter, deps);
  if (found === 'unknown') return { kind: 'rights-unknown' };
  const { scopes, missingClusters } = found;
  if (scopes.length === 0) return refusalOf(filter, missingClusters);

  const inClusters = new Set(scopes.map((scope) => scope.cluster));
  const [onlyCluster] = inClusters;
  // One more than asked for shows whether another page follows.
  const rows = await deps.listRows(
    resourceScopeParameter(scopes),
    { ...filter, cluster: inClusters.size === 1 ? onlyCluster : undefined },
    { ...page, after, limit: page.limit + 1 },
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const cursor =
    rows.length > page.limit && last !== undefined
      ? encodeCursor(deps.cursorKeys, binding, resourceKey(last, page.sort))
      : undefined;
  return { kind: 'page', rows: shown, cursor, missingClusters };
}

function filterOf(parameters: ListParameters): ResourceFilter {
  const namespace = parameters.namespace ?? 'default';
  return {
    groups: parameters.group,
    resources: parameters.resource,
    version: parameters.version,
    cluster: parameters.cluster,
    namespace: namespace === '*' ? undefined : namespace,
    name: parameters.name,
    nameContains: parameters.name_contains,
    compositionId: parameters.composition_id,
    labels: parameters.labels,
    updatedSince: parameters.since,
  };
}

function pageOf(parameters: ListParameters): Omit<ResourcePage, 'after'> {
  const newestFirst = parameters.sort_by === 'created_at' || parameters.sort_by === 'updated_at';
  return {
    sort: parameters.sort_by,
    descending: (parameters.sort_order ?? (newestFirst ? 'desc' : 'asc')) === 'desc',
    limit: parameters.limit,
    withRaw: parameters.raw,
    withStatus: parameters.status_raw,
  };
}

function readCursor(
  cursor: string | undefined,
  binding: { readonly username: string; readonly query: object },
  page: Omit<ResourcePage, 'after'>,
  keys: SealingKeys,
): readonly string[] | undefined | 'invalid' {
  if (cursor === undefined) return undefined;
  const schema = z.array(z.string()).length(resourceKeyLength(page.sort));
  return decodeCursor(keys, binding, cursor, schema) ?? 'invalid';
}

/** Another cluster that does not answer is left out; without our own there is no answer at all. */
async function findScopes(
  caller: KnownCaller,
  filter: ResourceFilter,
  deps: ListDependencies,
): Promise<{ scopes: ResourceScope[]; missingClusters: string[] } | 'unknown'> {
  const found = await Promise.all(
    clustersOf(deps.clusters, caller, filter.cluster).map(async ({ cluster, access }) => {
      const outcome = await findResourceScopes(access, caller.user, {
        verb: 'list',
        cluster,
        kinds: await kindsOf(cluster, filter, deps),
        namespace: filter.namespace,
        namespacesOf: (kind) => deps.inventory.namespaces({ cluster, ...kind }),
        name: filter.name,
      });
      return { cluster, outcome };
    }),
  );
  const scopes: ResourceScope[] = [];
  const missingClusters: string[] = [];
  for (const { cluster, outcome } of found) {
    if (outcome.kind === 'scopes') scopes.push(...outcome.scopes);
    else if (found.length === 1 || cluster === deps.clusters.own.cluster) return 'unknown';
    else missingClusters.push(cluster);
  }
  return { scopes, missingClusters };
}

/** Where kinds are named these are the question, so that the answer tells nothing of what is stored. */
async function kindsOf(
  cluster: string,
  filter: ResourceFilter,
  deps: ListDependencies,
): Promise<AccessKind[]> {
  const found = await Promise.all(
    filter.groups.map(async (group) => {
      const resources = filter.resources ?? (await deps.inventory.resources({ cluster, group }));
      return resources.map((resource) => ({ group, resource }));
    }),
  );
  return found.flat();
}

/**
 * As the API server: forbidden where the question itself is, whatever is stored. Where the question goes over
 * several kinds or namespaces, what may not be seen is left out, and so the answer may be empty.
 */
function refusalOf(filter: ResourceFilter, missingClusters: readonly string[]): ListOutcome {
  const [group, ...otherGroups] = filter.groups;
  const [resource, ...otherResources] = filter.resources ?? [];
  const single = otherGroups.length === 0 && otherResources.length === 0;
  if (single && group !== undefined && resource !== undefined && filter.namespace !== undefined) {
    return { kind: 'forbidden', group, resource, namespace: filter.namespace };
  }
  return { kind: 'page', rows: [], cursor: undefined, missingClusters };
}
