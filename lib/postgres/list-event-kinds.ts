import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** A kind that events are about; `resource` is `''` where nobody knew its plural. */
export type EventKind = { readonly group: string; readonly resource: string };

const statement = loadSql('list-event-kinds');

/** What the events of one cluster are about, each kind once. */
export async function listEventKinds(pool: Pick<Pool, 'query'>, cluster: string): Promise<EventKind[]> {
  const result = await pool.query<EventKind>(statement, [cluster]);
  return result.rows;
}
