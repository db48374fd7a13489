import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { likePattern } from './like-pattern.ts';
import { loadSql } from './load-sql.ts';

export type ResourceSort = 'resource' | 'created_at' | 'updated_at' | 'global_uid' | 'composition_id';

/** Which rows; `undefined` takes all. */
export type ResourceFilter = {
  readonly groups: readonly string[];
  readonly resources: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Anywhere in the name, in either case. */
  readonly nameContains: string | undefined;
  readonly compositionId: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** RFC 3339. */
  readonly updatedSince: string | undefined;
};

export type ResourcePage = {
  readonly sort: ResourceSort;
  readonly descending: boolean;
  /** Key of the last row of the page before, as `resourceKey` gave it. */
  readonly after: readonly (string | null)[] | undefined;
  readonly limit: number;
  readonly withRaw: boolean;
  readonly withStatus: boolean;
};

/** Times are RFC 3339 in UTC with microseconds; `raw` and `status_raw` are JSON texts. */
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
  readonly composition_id: string | null;
  readonly raw: string | null;
  readonly status_raw: string | null;
};

/** Live objects inside the scope, in the page's order. */
export async function listResources(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  page: ResourcePage,
): Promise<ResourceRow[]> {
  const result = await pool.query<ResourceRow>(statements[page.sort][statementKind(page)], [
    JSON.stringify(scope),
    ...oneOrSeveral(filter.groups),
    ...oneOrSeveral(filter.resources),
    filter.version,
    filter.cluster,
    filter.namespace,
    filter.name,
    filter.nameContains === undefined ? undefined : likePattern(filter.nameContains),
    filter.compositionId,
    filter.labels === undefined ? undefined : JSON.stringify(filter.labels),
    filter.updatedSince,
    page.withRaw,
    page.withStatus,
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

function oneOrSeveral(
  values: readonly string[] | undefined,
): [string | undefined, readonly string[] | undefined] {
  return values?.length === 1 ? [values[0], undefined] : [undefined, values];
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
const firstKeyParameter = 17;

type StatementKind = 'first ascending' | 'first descending' | 'next ascending' | 'next descending';

function statementKind(page: ResourcePage): StatementKind {
  return `${page.after === undefined ? 'first' : 'next'} ${page.descending ? 'descending' : 'ascending'}`;
}

const template = loadSql('list-resources');

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
) as Record<ResourceSort, Record<StatementKind, string>>;

/** Only constants of this file go into the text. */
function statement(order: Order, direction: 'asc' | 'desc', next: boolean): string {
  const parameters = order.types.map((type, index) => `$${firstKeyParameter + index}::${type}`);
  const after = `(${order.columns.join(', ')}) ${direction === 'asc' ? '>' : '<'} (${parameters.join(', ')})`;
  return template
    .replace('/* after */ true', () => (next ? after : 'true'))
    .replace('/* order */', () => order.columns.map((column) => `${column} ${direction}`).join(', '));
}
