import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** A tenth of a second of reading at most. */
const maxRows = 20_000;

const statement = loadSql('list-involved-objects');

/** Objects of one kind that a cluster's events are about, in some namespaces; at most `limit`. */
export async function listInvolvedObjects(
  pool: Pick<Pool, 'query'>,
  of: {
    readonly cluster: string;
    readonly group: string;
    readonly resource: string;
    readonly namespaces: readonly string[];
    readonly limit: number;
  },
): Promise<{ readonly namespace: string; readonly name: string }[]> {
  const result = await pool.query<{ namespace: string; name: string }>(statement, [
    of.cluster,
    of.group,
    of.resource,
    of.namespaces,
    maxRows,
    of.limit,
  ]);
  return result.rows;
}
