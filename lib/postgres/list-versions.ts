import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

/** One stored version of an object. Times are RFC 3339 in UTC with microseconds. */
export type VersionRow = {
  readonly position: string;
  readonly operation: 'upserted' | 'deleted';
  readonly api_version: string;
  readonly resource_version: string;
  /** When the watcher saw it, and when it was stored. */
  readonly observed_at: string;
  readonly recorded_at: string;
  /** The object was too large to be sent; `raw` has its identity only. */
  readonly truncated: boolean;
  /** How many versions the limit let in, also where these are too large to come together. */
  readonly found: number;
  /** Nothing older can have been dropped by retention. */
  readonly goes_back: boolean;
  readonly raw: string;
};

/** Bytes of the objects of one page: some ten times as many while they are compared. */
const maxPageBytes = 4 * 1024 * 1024;

/** Whose versions; group and resource are those that the caller may get. */
export type VersionsOf = {
  readonly cluster: string;
  readonly uid: string;
  readonly group: string;
  readonly resource: string;
};

const statement = loadSql('list-versions');

/** Stored versions of one object below a position, newest first, whoever may see them. */
export async function listVersions(
  pool: Pick<Pool, 'query'>,
  of: VersionsOf,
  page: { readonly below: string | undefined; readonly limit: number },
): Promise<VersionRow[]> {
  const result = await pool.query<VersionRow>(statement, [
    of.uid,
    of.cluster,
    page.below,
    page.limit,
    maxPageBytes,
    of.group,
    of.resource,
  ]);
  return result.rows;
}
