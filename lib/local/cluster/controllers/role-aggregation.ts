import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { aggregateClusterRoles } from '../cluster-role-aggregation.ts';
import type { ClusterState } from '../cluster-state.ts';
import { parseStored } from '../store/stored-object.ts';
import { updateObject } from '../writes/update-object.ts';
import { everyObject } from './every-object.ts';
import { writeAs } from './write-as.ts';

const storage = 'rbac.authorization.k8s.io/clusterroles';

/** Fills the rules of aggregated ClusterRoles, again whenever a ClusterRole changes. */
export function startRoleAggregation(cluster: ClusterState): () => void {
  const { store } = cluster;
  const definition = cluster.registry.find('rbac.authorization.k8s.io', 'v1', 'clusterroles');
  if (definition === undefined) throw new Error('Cannot aggregate ClusterRoles: their kind is not served');
  let scheduled = false;
  const aggregate = () => {
    scheduled = false;
    const roles = everyObject(store, storage).map(parseStored) as KubernetesObject[];
    for (const { name, rules } of aggregateClusterRoles(roles)) {
      const stored = store.get(storage, name);
      if (stored === undefined) continue;
      updateObject(cluster, definition, stored, {
        object: { ...(parseStored(stored) as KubernetesObject), rules },
        subresource: '',
        options: writeAs('clusterrole-aggregation-controller'),
      });
    }
  };
  // Every write schedules another round, so that roles which aggregate aggregated ones settle.
  const release = store.subscribe(storage, () => {
    if (scheduled) return;
    scheduled = true;
    cluster.work.later(aggregate);
  });
  aggregate();
  return release;
}
