import type { Pool } from 'pg';
import type { VersionRow, VersionsOf } from './list-versions.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('get-version');

/** One stored version of an object, whoever may see it. */
export async function getVersion(
  pool: Pick<Pool, 'query'>,
  of: VersionsOf & { readonly resourceVersion: string },
): Promise<VersionRow | undefined> {
  const result = await pool.query<VersionRow>(statement, [
    of.uid,
    of.cluster,
    of.resourceVersion,
    of.group,
    of.resource,
  ]);
  return result.rows[0];
}
