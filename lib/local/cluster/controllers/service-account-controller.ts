import type { ClusterState } from '../cluster-state.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { parseStored } from '../store/stored-object.ts';
import { createObject } from '../writes/create-object.ts';
import { everyObject } from './every-object.ts';
import { writeAs } from './write-as.ts';

/** Gives every active namespace its `default` ServiceAccount, and gives it back when somebody deletes it. */
export function startServiceAccountController(cluster: ClusterState): () => void {
  const { store } = cluster;
  const definition = cluster.registry.find('', 'v1', 'serviceaccounts');
  if (definition === undefined) throw new Error('Cannot create ServiceAccounts: their kind is not served');
  const ensure = (namespace: StoredObject | undefined) => {
    if (namespace === undefined) return;
    if (parseStored(namespace).metadata.deletionTimestamp !== undefined) return;
    if (store.get('serviceaccounts', `${namespace.name}/default`) !== undefined) return;
    createObject(cluster, definition, {
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      namespace: namespace.name,
      options: writeAs('kube-controller-manager'),
    });
  };
  for (const namespace of everyObject(store, 'namespaces')) ensure(namespace);
  const releases = [
    store.subscribe('namespaces', (change) => {
      if (change.type === 'added')
        cluster.work.later(() => ensure(store.get('namespaces', change.after.key)));
    }),
    store.subscribe('serviceaccounts', (change) => {
      if (change.type !== 'deleted') return;
      cluster.work.later(() => ensure(store.get('namespaces', change.after.namespace)));
    }),
  ];
  return () => {
    for (const release of releases) release();
  };
}
