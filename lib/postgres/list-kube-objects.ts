import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { findInOrder } from './find-in-order.ts';
import type { ResourceFilter } from './resource-filter.ts';
import { orderedStatements } from './resource-order.ts';

/** `raw` is the object as a JSON text, `key` where a page that ends with it is continued. */
export type KubeObjectRow = { readonly raw: string; readonly key: readonly string[] };

type Row = {
  readonly api_group: string;
  readonly resource: string;
  readonly cluster_name: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly raw: string;
};

const statementFor = orderedStatements('list-kube-objects', 19);

/** Objects inside the scope in the order of their keys, and nothing but what a list of an API server needs of them. */
export async function listKubeObjects(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: ResourceFilter,
  page: { readonly after: readonly (string | null)[] | undefined; readonly limit: number },
): Promise<KubeObjectRow[]> {
  const place = { sort: 'resource', descending: false, after: page.after } as const;
  const rows = await findInOrder<Row>(pool, statementFor(place), scope, filter, {
    place,
    limit: page.limit,
    columns: [],
  });
  return rows.map(({ raw, ...row }) => ({
    raw,
    key: [row.api_group, row.resource, row.cluster_name, row.namespace, row.name, row.uid],
  }));
}
