import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** Which events; `undefined` takes all. */
export type KubeEventFilter = {
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly involvedUid: string | undefined;
  readonly involvedName: string | undefined;
  readonly involvedNamespace: string | undefined;
  readonly involvedKind: string | undefined;
  /** RFC 3339. */
  readonly since: string | undefined;
  /** RFC 3339; events are taken as they were at that time. */
  readonly until: string | undefined;
};

export type KubeEventKey = readonly [namespace: string, name: string, uid: string];

/** `raw` is the event as a JSON text. */
export type KubeEventRow = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly raw: string;
};

const statement = loadSql('list-kube-events');

/** Events of one cluster as objects, in the order of their keys, each with its latest version only. */
export async function listKubeEvents(
  pool: Pick<Pool, 'query'>,
  filter: KubeEventFilter,
  page: { readonly after: KubeEventKey | undefined; readonly limit: number },
): Promise<KubeEventRow[]> {
  const result = await pool.query<KubeEventRow>(statement, [
    filter.cluster,
    filter.namespace,
    filter.name,
    filter.involvedUid,
    filter.involvedName,
    filter.involvedNamespace,
    filter.involvedKind,
    filter.since,
    filter.until,
    page.limit,
    ...(page.after ?? [undefined, undefined, undefined]),
  ]);
  return result.rows;
}
