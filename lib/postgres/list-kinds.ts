import type { Pool } from 'pg';
import type { ResourceKind } from '../core/resource-kind.ts';
import { loadSql } from './load-sql.ts';

/** A resource that is mirrored, as its stored objects show it; what only they show is null where there never was one. */
export type MirroredKind =
  | (ResourceKind & { readonly namespaced: boolean })
  | (Omit<ResourceKind, 'kind'> & { readonly kind: null; readonly namespaced: null });

const statement = loadSql('list-kinds');

/** Resources of a cluster that have or had objects or were listed, by group and name. */
export async function listKinds(pool: Pick<Pool, 'query'>, cluster: string): Promise<MirroredKind[]> {
  const result = await pool.query<MirroredKind>(statement, [cluster]);
  return result.rows;
}
