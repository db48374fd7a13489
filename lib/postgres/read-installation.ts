import type { Pool } from 'pg';
import { loadSql } from './load-sql.ts';

const statement = loadSql('installation');

/** What all replicas over one database share. */
export type Installation = { readonly id: string; readonly sealingSecret: string };

/** @throws where the schema is not there yet: deviser has to run first */
export async function readInstallation(pool: Pick<Pool, 'query'>): Promise<Installation> {
  const result = await pool.query<Installation>(statement);
  const [row] = result.rows;
  if (row === undefined) throw new Error('Cannot read the installation: no row, expected one');
  return row;
}
