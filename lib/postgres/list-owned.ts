import type { Pool } from 'pg';
import type { MirroredObject } from '../core/mirrored-object.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('list-owned');

/** Which page of the objects that have one of these owners. */
export type OwnedPage = {
  readonly cluster: string;
  readonly ownerUids: readonly string[];
  readonly withDeleted: boolean;
  /** `''` for the first page. */
  readonly afterUid: string;
  readonly limit: number;
};

/** Objects that name one of these as their owner, in the order of uids, whoever may see them. */
export async function listOwned(pool: Pick<Pool, 'query'>, page: OwnedPage): Promise<MirroredObject[]> {
  const { cluster, ownerUids, withDeleted, afterUid, limit } = page;
  const result = await pool.query<MirroredObject>(statement, [
    cluster,
    ownerUids,
    withDeleted,
    afterUid,
    limit,
  ]);
  return result.rows;
}
