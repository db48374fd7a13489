import type { Pool } from 'pg';
import type { MirroredObject } from '../core/mirrored-object.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-owners');

/** Objects of one cluster by their uids, whoever may see them. */
export async function listOwners(
  pool: Pick<Pool, 'query'>,
  of: { readonly cluster: string; readonly uids: readonly string[]; readonly withDeleted: boolean },
): Promise<MirroredObject[]> {
  const result = await pool.query<MirroredObject>(statement, [of.cluster, of.uids, of.withDeleted]);
  return result.rows;
}
