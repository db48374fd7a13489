import type { ClusterState } from '../cluster-state.ts';
import type { Change } from '../store/change.ts';
import { parseStored } from '../store/stored-object.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { backgroundDeletion } from './background-deletion.ts';
import { everyObject } from './every-object.ts';

/** Stands in for kubelets: confirms the end of pods that were given a grace period, at most a short while later. */
export function startPodTerminator(cluster: ClusterState): () => void {
  const { store, settings } = cluster;
  const timers = new Map<string, NodeJS.Timeout>();
  const definition = cluster.registry.find('', 'v1', 'pods');
  if (definition === undefined) throw new Error('Cannot follow pods: their kind is not served');

  const finish = (key: string, uid: string) => {
    timers.delete(uid);
    const stored = store.get('pods', key);
    if (stored?.uid !== uid) return;
    deleteObject(cluster, definition, stored, { ...backgroundDeletion, gracePeriodSeconds: 0 });
  };
  const follow = ({ type, after }: Pick<Change, 'type' | 'after'>) => {
    if (type === 'deleted') {
      clearTimeout(timers.get(after.uid));
      timers.delete(after.uid);
      return;
    }
    const { deletionTimestamp, deletionGracePeriodSeconds } = parseStored(after).metadata;
    const grace = Number(deletionGracePeriodSeconds ?? 0);
    if (deletionTimestamp === undefined || grace === 0 || timers.has(after.uid)) return;
    const waitMs = Math.min(grace * 1_000, settings.maxPodGraceMs);
    const timer = setTimeout(() => finish(after.key, after.uid), waitMs);
    timer.unref();
    timers.set(after.uid, timer);
  };
  for (const stored of everyObject(store, 'pods')) follow({ type: 'added', after: stored });
  const release = store.subscribe('pods', follow);
  return () => {
    release();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
