import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { findInOrder } from './find-in-order.ts';
import type { ResourceFilter } from './resource-filter.ts';
import { orderedStatements, type PlaceInOrder } from './resource-order.ts';

export type ResourcePage = PlaceInOrder & {
  readonly limit: number;
  readonly withRaw: boolean;
  readonly withStatus: boolean;
  /** Paths into the object whose values are wanted. */
  readonly paths: readonly (readonly string[])[] | undefined;
};

/** Times are RFC 3339 in UTC with microseconds; `raw`, `status_raw` and `parts` are JSON texts. */
export type ResourceRow = {
  readonly name: string;
  readonly uid: string;
  readonly global_uid: string;
  readonly namespace: string;
  readonly api_group: string;
  readonly api_version: string;
  readonly kind: string;
  readonly resource: string;
  readonly cluster_name: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
  readonly composition_id: string | null;
  readonly raw: string | null;
  readonly status_raw: string | null;
  /** Values at the page's paths, in their order; null where an object has none there. */
  readonly parts: readonly (string | null)[] | null;
};

const statementFor = orderedStatements('list-resources', 22);

/** Objects inside the scope, in the page's order. */
export async function listResources(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  page: ResourcePage,
): Promise<ResourceRow[]> {
  return findInOrder<ResourceRow>(pool, statementFor(page), scope, filter, {
    place: page,
    limit: page.limit,
    columns: [
      page.withRaw,
      page.withStatus,
      page.paths === undefined ? undefined : JSON.stringify(page.paths),
    ],
  });
}
