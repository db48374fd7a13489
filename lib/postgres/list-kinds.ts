import type { Pool } from 'pg';
import type { ResourceKind } from '../core/resource-kind.ts';
import { loadSql } from './load-sql.ts';

/** A resource that is mirrored, as its stored objects show it. */
export type MirroredKind = ResourceKind & { readonly namespaced: boolean };

const statement = loadSql('list-kinds');

/** Resources of a cluster that have or had objects, by group and name. */
export async function listKinds(pool: Pick<Pool, 'query'>, cluster: string): Promise<MirroredKind[]> {
  const result = await pool.query<MirroredKind>(statement, [cluster]);
  return result.rows;
}
