import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** What some events are about. */
export type EventTarget = {
  /** Of the events. */
  readonly namespace: string;
  readonly group: string;
  /** Plural; `''` where nobody knew it. */
  readonly resource: string;
  /** Of the objects; `''` for cluster-scoped ones. */
  readonly involvedNamespace: string;
};

const statement = loadSql('list-event-targets');

/** What the events of one cluster are about, so that rights are only asked for that. */
export async function listEventTargets(
  pool: Pick<Pool, 'query'>,
  within: { readonly cluster: string; readonly namespace: string | undefined },
): Promise<EventTarget[]> {
  const result = await pool.query<EventTarget>(statement, [within.cluster, within.namespace]);
  return result.rows;
}
