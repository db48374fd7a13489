import { z } from 'zod';
import type { Clusters } from '../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import type { ResourcePage, ResourceRow } from '../../lib/postgres/list-resources.ts';
import type { ResourceFilter } from '../../lib/postgres/resource-filter.ts';
import { resourceKey, resourceKeyLength } from '../../lib/postgres/resource-order.ts';
import { type Forbidden, filterOf, findVisible, type ResourceInventory } from './find-visible.ts';
import type { ListParameters } from './list-parameters.ts';

export type ListDependencies = {
  readonly clusters: Clusters;
  readonly inventory: ResourceInventory;
  readonly cursorKeys: SealingKeys;
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
  | Forbidden
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

/** One page of what the caller may list, and a cursor where more follows. */
export async function listResources(
  caller: KnownCaller,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const asked = filterOf(parameters);
  const page = pageOf(parameters);
  const binding = {
    username: caller.user.username,
    query: { ...asked, sort: page.sort, descending: page.descending },
  };
  const after = readCursor(parameters.cursor, binding, page, deps.cursorKeys);
  if (after === 'invalid') return { kind: 'invalid-cursor' };

  const visible = await findVisible(caller, asked, 'list', deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  if (scopes.length === 0) return { kind: 'page', rows: [], cursor: undefined, missingClusters };

  // One more than asked for shows whether another page follows.
  const limit = page.limit + 1;
  const rows = await deps.listRows(resourceScopeParameter(scopes), filter, { ...page, after, limit });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const cursor =
    rows.length > page.limit && last !== undefined
      ? encodeCursor(deps.cursorKeys, binding, resourceKey(last, page.sort))
      : undefined;
  return { kind: 'page', rows: shown, cursor, missingClusters };
}

function pageOf(parameters: ListParameters): Omit<ResourcePage, 'after'> {
  const newestFirst = parameters.sort_by === 'created_at' || parameters.sort_by === 'updated_at';
  const paths = parameters.fields?.paths;
  return {
    sort: parameters.sort_by,
    descending: (parameters.sort_order ?? (newestFirst ? 'desc' : 'asc')) === 'desc',
    limit: parameters.limit,
    withRaw: parameters.raw,
    withStatus: parameters.status_raw,
    paths: paths === undefined || paths.length === 0 ? undefined : paths,
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
