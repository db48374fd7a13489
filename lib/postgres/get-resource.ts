import type { Pool } from 'pg';
import type { ResourceRow } from './list-resources.ts';
import { loadSql } from './load-sql.ts';

const statement = loadSql('get-resource');

/** One live object, whoever may see it: the caller checks that before anything of it is shown. */
export async function getResource(
  pool: Pick<Pool, 'query'>,
  id: { readonly cluster: string; readonly uid: string },
  fields: { readonly withRaw: boolean; readonly withStatus: boolean },
): Promise<ResourceRow | undefined> {
  const result = await pool.query<ResourceRow>(statement, [
    id.uid,
    id.cluster,
    fields.withRaw,
    fields.withStatus,
  ]);
  return result.rows[0];
}
