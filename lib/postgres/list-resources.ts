import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { filterParameters, type ResourceFilter, resourceStatement } from './resource-filter.ts';

export type ResourceSort = 'resource' | 'created_at' | 'updated_at' | 'global_uid' | 'composition_id';

export type ResourcePage = {
  readonly sort: ResourceSort;
  readonly descending: boolean;
  /** Key of the last row of the page before, as `resourceKey` gave it. */
  readonly after: readonly (string | null)[] | undefined;
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

/** Objects inside the scope, in the page's order. */
export async function listResources(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  page: ResourcePage,
): Promise<ResourceRow[]> {
  const at = filter.at === undefined ? 'now' : 'past';
  const result = await pool.query<ResourceRow>(statements[page.sort][statementKind(page)][at], [
    ...filterParameters(scope, filter),
    page.withRaw,
    page.withStatus,
    page.paths === undefined ? undefined : JSON.stringify(page.paths),
    page.limit,
    ...(page.after ?? []),
  ]);
  return result.rows;
}

/** Where a page that ends with this row is continued: one value per column of the order. */
export function resourceKey(row: ResourceRow, sort: ResourceSort): (string | null)[] {
  return orders[sort].key(row);
}

/** How many values a key of this order has. */
export function resourceKeyLength(sort: ResourceSort): number {
  return orders[sort].types.length;
}

type Order = {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly key: (row: ResourceRow) => (string | null)[];
};

const noComposition = "'00000000-0000-0000-0000-000000000000'";

const orders: Readonly<Record<ResourceSort, Order>> = {
  resource: {
    columns: ['r.api_group', 'r.resource', 'r.cluster_name', 'r.namespace', 'r.name', 'r.uid'],
    types: ['text', 'text', 'text', 'text', 'text', 'text'],
    key: (row) => [row.api_group, row.resource, row.cluster_name, row.namespace, row.name, row.uid],
  },
  created_at: {
    columns: ['r.created_at', 'r.cluster_name', 'r.uid'],
    types: ['timestamptz', 'text', 'text'],
    key: (row) => [row.created_at, row.cluster_name, row.uid],
  },
  updated_at: {
    columns: ['r.updated_at', 'r.cluster_name', 'r.uid'],
    types: ['timestamptz', 'text', 'text'],
    key: (row) => [row.updated_at, row.cluster_name, row.uid],
  },
  global_uid: {
    columns: ['r.cluster_name', 'r.uid'],
    types: ['text', 'text'],
    key: (row) => [row.cluster_name, row.uid],
  },
  composition_id: {
    // Rows without one come last, and first when descending; a comparison with null would lose them.
    columns: [
      '(r.composition_id is null)',
      `coalesce(r.composition_id, ${noComposition})`,
      'r.cluster_name',
      'r.uid',
    ],
    types: ['boolean', 'uuid', 'text', 'text'],
    key: (row) => [
      String(row.composition_id === null),
      row.composition_id ?? noComposition.slice(1, -1),
      row.cluster_name,
      row.uid,
    ],
  },
};

/** Number of the first keyset parameter in list-resources.sql. */
const firstKeyParameter = 22;

type StatementKind = 'first ascending' | 'first descending' | 'next ascending' | 'next descending';

function statementKind(page: ResourcePage): StatementKind {
  return `${page.after === undefined ? 'first' : 'next'} ${page.descending ? 'descending' : 'ascending'}`;
}

const statements = Object.fromEntries(
  Object.entries(orders).map(([sort, order]) => [
    sort,
    {
      'first ascending': statement(order, 'asc', false),
      'first descending': statement(order, 'desc', false),
      'next ascending': statement(order, 'asc', true),
      'next descending': statement(order, 'desc', true),
    },
  ]),
) as Record<ResourceSort, Record<StatementKind, { now: string; past: string }>>;

/** Only constants of this file go into the text. */
function statement(order: Order, direction: 'asc' | 'desc', next: boolean): { now: string; past: string } {
  const parameters = order.types.map((type, index) => `$${firstKeyParameter + index}::${type}`);
  const after = `(${order.columns.join(', ')}) ${direction === 'asc' ? '>' : '<'} (${parameters.join(', ')})`;
  const fill = (text: string): string =>
    text
      .replace('/* after */ true', () => (next ? after : 'true'))
      .replace('/* order */', () => order.columns.map((column) => `${column} ${direction}`).join(', '));
  const { now, past } = resourceStatement('list-resources');
  return { now: fill(now), past: fill(past) };
}
