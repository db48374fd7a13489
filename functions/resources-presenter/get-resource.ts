import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import type { ResourceRow } from '../../lib/postgres/list-resources.ts';
import { mayGet } from './may-get.ts';
import { parseGlobalUid } from './parse-global-uid.ts';

export type GetDependencies = {
  readonly clusters: Clusters;
  readonly getRow: (id: {
    readonly cluster: string;
    readonly uid: string;
  }) => Promise<ResourceRow | undefined>;
};

export type GetOutcome =
  | { readonly kind: 'found'; readonly row: ResourceRow }
  /** Does not exist, or is not for this user: the answer must not tell which. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'rights-unknown' };

/** One live object by `cluster:uid`, for users who may get it. */
export async function getResource(
  caller: KnownCaller,
  globalUid: string,
  deps: GetDependencies,
): Promise<GetOutcome> {
  const id = parseGlobalUid(globalUid);
  if (id === undefined) return { kind: 'not-found' };
  const [decider] = clustersOf(deps.clusters, caller, id.cluster);
  if (decider === undefined) return { kind: 'not-found' };
  const row = await deps.getRow(id);
  if (row === undefined) return { kind: 'not-found' };
  const decision = await mayGet(decider.access, caller.user, row);
  if (decision === 'unknown') return { kind: 'rights-unknown' };
  return decision === 'allowed' ? { kind: 'found', row } : { kind: 'not-found' };
}
