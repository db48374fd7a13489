import { z } from 'zod';
import type { AccessControl } from '../../lib/access/access-control.ts';
import { type AccessTarget, findResourceScopes } from '../../lib/access/find-resource-scopes.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import type { ResourceTarget } from '../../lib/postgres/list-resource-targets.ts';
import {
  type ResourceFilter,
  type ResourcePage,
  type ResourceRow,
  resourceKey,
  resourceKeyLength,
} from '../../lib/postgres/list-resources.ts';
import type { ListParameters } from './list-parameters.ts';

export type ListDependencies = {
  /** The cluster whose API server `access` asks; rows of any other are nobody's. */
  readonly cluster: string;
  readonly access: AccessControl;
  readonly cursorKeys: SealingKeys;
  readonly listTargets: (within: {
    readonly cluster: string;
    readonly group: string;
    readonly resources: readonly string[] | undefined;
    readonly namespace: string | undefined;
  }) => Promise<ResourceTarget[]>;
  readonly listRows: (
    scope: ScopeParameter,
    filter: ResourceFilter,
    page: ResourcePage,
  ) => Promise<ResourceRow[]>;
};

export type ListOutcome =
  | { readonly kind: 'page'; readonly rows: readonly ResourceRow[]; readonly cursor: string | undefined }
  /** Not one object of that kind may be listed there, whether there are any or not. */
  | {
      readonly kind: 'forbidden';
      readonly group: string;
      readonly resource: string;
      readonly namespace: string;
    }
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

/** One page of what the user may list, and a cursor where more follows. */
export async function listResources(
  user: UserInfo,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const filter = filterOf(parameters);
  const page = pageOf(parameters);
  const binding = {
    username: user.username,
    query: { ...filter, sort: page.sort, descending: page.descending },
  };
  const after = readCursor(parameters.cursor, binding, page, deps.cursorKeys);
  if (after === 'invalid') return { kind: 'invalid-cursor' };
  if (filter.cluster !== undefined && filter.cluster !== deps.cluster) {
    return { kind: 'page', rows: [], cursor: undefined };
  }

  const targets = await targetsOf(filter, deps);
  const found = await findResourceScopes(deps.access, user, {
    verb: 'list',
    cluster: deps.cluster,
    targets,
    ...(filter.name === undefined ? {} : { name: filter.name }),
  });
  if (found.kind === 'unknown') return { kind: 'rights-unknown' };
  if (found.scopes.length === 0) return refusalOf(filter);

  // One more than asked for shows whether another page follows.
  const rows = await deps.listRows(
    resourceScopeParameter(found.scopes),
    { ...filter, cluster: deps.cluster },
    { ...page, after, limit: page.limit + 1 },
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const cursor =
    rows.length > page.limit && last !== undefined
      ? encodeCursor(deps.cursorKeys, binding, resourceKey(last, page.sort))
      : undefined;
  return { kind: 'page', rows: shown, cursor };
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

/** Where one kind in one namespace is asked for, that is the question, so that the answer shows no other. */
async function targetsOf(filter: ResourceFilter, deps: ListDependencies): Promise<AccessTarget[]> {
  const { groups, resources, namespace } = filter;
  if (resources !== undefined && namespace !== undefined) {
    return groups.flatMap((group) => resources.map((resource) => ({ group, resource, namespace })));
  }
  const found = await Promise.all(
    groups.map(async (group) => {
      const targets = await deps.listTargets({ cluster: deps.cluster, group, resources, namespace });
      return targets.map((target) => ({ group, ...target }));
    }),
  );
  return found.flat();
}

/**
 * As the API server: forbidden where the question itself is, whatever is stored. Where the question goes over
 * several kinds or namespaces, what may not be seen is left out, and so the answer may be empty.
 */
function refusalOf(filter: ResourceFilter): ListOutcome {
  const [group, ...otherGroups] = filter.groups;
  const [resource, ...otherResources] = filter.resources ?? [];
  const single = otherGroups.length === 0 && otherResources.length === 0;
  if (single && group !== undefined && resource !== undefined && filter.namespace !== undefined) {
    return { kind: 'forbidden', group, resource, namespace: filter.namespace };
  }
  return { kind: 'page', rows: [], cursor: undefined };
}
