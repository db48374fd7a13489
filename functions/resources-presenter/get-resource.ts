import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../lib/core/caller.ts';
import type { ResourceRow } from '../../lib/postgres/list-resources.ts';

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
  // Names of clusters may hold colons, uids do not.
  const colon = globalUid.lastIndexOf(':');
  const cluster = globalUid.slice(0, Math.max(colon, 0));
  const uid = globalUid.slice(colon + 1);
  const [decider] = clustersOf(deps.clusters, caller, cluster);
  if (decider === undefined || uid === '' || uid.includes('\0')) return { kind: 'not-found' };
  const row = await deps.getRow({ cluster, uid });
  if (row === undefined) return { kind: 'not-found' };
  const decision = await decider.access.decide(caller.user, {
    verb: 'get',
    group: row.api_group,
    resource: row.resource,
    // Requests for one Namespace carry its own name as their namespace, so that a Role in it can allow them.
    namespace: row.api_group === '' && row.resource === 'namespaces' ? row.name : row.namespace,
    name: row.name,
  });
  if (decision === 'unknown') return { kind: 'rights-unknown' };
  return decision === 'allowed' ? { kind: 'found', row } : { kind: 'not-found' };
}
