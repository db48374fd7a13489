import { type ClusterAccess, type Clusters, clustersOf } from '../../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import type { MirroredObject } from '../../../lib/core/mirrored-object.ts';
import { mayGet } from '../may-get.ts';
import { parseGlobalUid } from '../parse-global-uid.ts';

export type FindDependencies = {
  readonly clusters: Clusters;
  readonly findObject: (id: {
    readonly cluster: string;
    readonly uid: string;
  }) => Promise<MirroredObject | undefined>;
};

export type Gettable =
  | { readonly kind: 'found'; readonly object: MirroredObject; readonly access: ClusterAccess['access'] }
  /** Does not exist, or is not for this user: the answer must not tell which. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'rights-unknown' };

/** The object that a path names, live or deleted, for users who may get an object of its kind and name today. */
export async function findGettable(
  caller: KnownCaller,
  globalUid: string,
  deps: FindDependencies,
): Promise<Gettable> {
  const id = parseGlobalUid(globalUid);
  if (id === undefined) return { kind: 'not-found' };
  const [decider] = clustersOf(deps.clusters, caller, id.cluster);
  if (decider === undefined) return { kind: 'not-found' };
  const object = await deps.findObject(id);
  if (object === undefined) return { kind: 'not-found' };
  const decision = await mayGet(decider.access, caller.user, object);
  if (decision === 'unknown') return { kind: 'rights-unknown' };
  return decision === 'allowed' ? { kind: 'found', object, access: decider.access } : { kind: 'not-found' };
}
