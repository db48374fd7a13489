import type { Pool } from 'pg';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { findInOrder } from './find-in-order.ts';
import type { ResourceFilter } from './resource-filter.ts';
import { orderedStatements } from './resource-order.ts';

/** `raw` is the object as a JSON text, `key` where a page that ends with it is continued. */
export type KubeObjectRow = { readonly raw: string; readonly key: readonly string[] };

/** Objects of one kind and cluster. */
export type KubeObjectFilter = ResourceFilter & {
  readonly cluster: string;
  readonly groups: readonly [string];
  readonly resources: readonly [string];
};

type Row = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly raw: string;
};

const statementFor = orderedStatements('list-kube-objects', 19);

/**
 * Objects inside the scope in the order of their keys, and nothing but what a list of an API server needs of them:
 * each further column takes a tenth of the time of a page of 500 (measured: 1.3 ms of CPU instead of 1.8 ms with three
 * more; one text of all objects, put together in SQL, takes no less).
 */
export async function listKubeObjects(
  pool: Pick<Pool, 'query'>,
  scope: ScopeParameter,
  filter: KubeObjectFilter,
  page: { readonly after: readonly (string | null)[] | undefined; readonly limit: number },
): Promise<KubeObjectRow[]> {
  const place = { sort: 'resource', descending: false, after: page.after } as const;
  const rows = await findInOrder<Row>(pool, statementFor(place), scope, filter, {
    place,
    limit: page.limit,
    columns: [],
  });
  const [group] = filter.groups;
  const [resource] = filter.resources;
  return rows.map(({ raw, namespace, name, uid }) => ({
    raw,
    key: [group, resource, filter.cluster, namespace, name, uid],
  }));
}
