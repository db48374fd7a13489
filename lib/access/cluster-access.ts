import type { KnownCaller } from '../core/caller.ts';
import type { AccessControl } from './access-control.ts';

/** One cluster whose rows can be read, with who decides about its rights. */
export type ClusterAccess = { readonly cluster: string; readonly access: AccessControl };

/** Clusters with an API server to ask: our own first. Rows of any other cluster are nobody's. */
export type Clusters = {
  readonly own: ClusterAccess;
  readonly others: readonly ClusterAccess[];
};

/**
 * In which clusters the caller is somebody, of those wanted. A token that our own API server vouched for names a
 * user of that cluster alone: the same name elsewhere may be somebody else.
 */
export function clustersOf(
  clusters: Clusters,
  caller: Pick<KnownCaller, 'realm'>,
  wanted: string | undefined,
): ClusterAccess[] {
  const known = caller.realm === 'cluster' ? [clusters.own] : [clusters.own, ...clusters.others];
  return known.filter(({ cluster }) => wanted === undefined || cluster === wanted);
}
