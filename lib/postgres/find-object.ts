import type { Pool } from 'pg';
import type { MirroredObject } from '../core/mirrored-object.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('find-object');

/** What an object is, live or deleted, whoever may see it: the caller checks that before anything is shown. */
export async function findObject(
  pool: Pick<Pool, 'query'>,
  id: { readonly cluster: string; readonly uid: string },
): Promise<MirroredObject | undefined> {
  const result = await pool.query<MirroredObject>(statement, [id.uid, id.cluster]);
  return result.rows[0];
}
