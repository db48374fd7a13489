import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import { protectionFinalizers } from '../strategies/storage.ts';
import { updateObject } from '../writes/update-object.ts';
import { everyObject } from './every-object.ts';
import { writeAs } from './write-as.ts';

/** Lets deleted claims and volumes go: nothing here mounts them. */
export function startStorageProtection(cluster: ClusterState): () => void {
  const { store } = cluster;
  const releases = Object.entries(protectionFinalizers).map(([storage, finalizer]) => {
    const definition = cluster.registry.find('', 'v1', storage);
    if (definition === undefined) throw new Error(`Cannot follow ${storage}: they are not served`);
    const release = (key: string) => {
      const stored = store.get(storage, key);
      if (stored === undefined) return;
      const live = parseStored(stored) as KubernetesObject;
      const finalizers = (live.metadata.finalizers ?? []).filter((known) => known !== finalizer);
      updateObject(cluster, definition, stored, {
        object: { ...live, metadata: { ...live.metadata, finalizers } },
        subresource: '',
        options: writeAs('kube-controller-manager'),
      });
    };
    const follow = (object: StoredObject) => {
      const { deletionTimestamp, finalizers = [] } = parseStored(object).metadata;
      if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) return;
      cluster.work.later(() => release(object.key));
    };
    for (const object of everyObject(store, storage)) follow(object);
    return store.subscribe(storage, (change) => {
      if (change.type !== 'deleted') follow(change.after);
    });
  });
  return () => {
    for (const release of releases) release();
  };
}
