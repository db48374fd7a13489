import type { ClusterState } from '../cluster-state.ts';
import { setSpecFinalizers } from '../handlers/finalize-namespace.ts';
import type { Definition } from '../registry/definition.ts';
import { parseStored } from '../store/stored-object.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { backgroundDeletion } from './background-deletion.ts';
import { everyObject } from './every-object.ts';

/** A real controller needs some time as well; clients see the namespace terminating. */
const settleMs = 100;

/** Empties namespaces that are being deleted, then lets them go; objects with finalizers keep them waiting. */
export function startNamespaceController(cluster: ClusterState): () => void {
  const pending = new Map<string, NodeJS.Timeout>();
  const { store, registry } = cluster;
  const definition = registry.find('', 'v1', 'namespaces');
  if (definition === undefined) throw new Error('Cannot follow namespaces: their kind is not served');

  const empty = (namespace: string) => {
    pending.delete(namespace);
    const stored = store.get('namespaces', namespace);
    if (stored === undefined || parseStored(stored).metadata.deletionTimestamp === undefined) return;
    if (deleteContent(cluster, namespace) > 0) return;
    setSpecFinalizers(cluster, definition, stored, []);
  };
  const schedule = (namespace: string) => {
    if (pending.has(namespace)) return;
    const timer = setTimeout(() => empty(namespace), settleMs);
    timer.unref();
    pending.set(namespace, timer);
  };
  const isTerminating = (namespace: string) => {
    const stored = store.get('namespaces', namespace);
    return stored !== undefined && parseStored(stored).metadata.deletionTimestamp !== undefined;
  };

  for (const { name } of everyObject(store, 'namespaces')) if (isTerminating(name)) schedule(name);
  const release = store.subscribeAll((change) => {
    const namespace = change.storage === 'namespaces' ? change.after.name : change.after.namespace;
    const gone = change.type === 'deleted' || change.storage === 'namespaces';
    if (gone && namespace !== '' && isTerminating(namespace)) schedule(namespace);
  });
  return () => {
    release();
    for (const timer of pending.values()) clearTimeout(timer);
  };
}

/** Asks for the deletion of everything in a namespace; returns how much is still there. */
function deleteContent(cluster: ClusterState, namespace: string): number {
  const byStorage = new Map<string, Definition>();
  for (const definition of cluster.registry.all()) {
    if (definition.namespaced && definition.verbs.includes('list')) {
      byStorage.set(definition.storage, definition);
    }
  }
  let left = 0;
  for (const definition of byStorage.values()) {
    for (const stored of everyObject(cluster.store, definition.storage, `${namespace}/`)) {
      deleteObject(cluster, definition, stored, backgroundDeletion);
      if (cluster.store.get(definition.storage, stored.key) !== undefined) left += 1;
    }
  }
  return left;
}
