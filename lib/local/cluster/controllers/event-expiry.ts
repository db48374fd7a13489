import type { ClusterState } from '../cluster-state.ts';
import { ChangeQueue } from '../store/change-queue.ts';
import { everyObject } from './every-object.ts';

/** How often expired events are looked for; a lease in etcd is not more exact. */
const sweepMs = 500;

/** Removes events whose time to live has passed since their last write, as leases in etcd do. */
export function startEventExpiry(cluster: ClusterState): () => void {
  const { store, settings } = cluster;
  const writes = new ChangeQueue<{ revision: number; key: string; atMs: number }>();
  const note = (key: string, revision: number) =>
    writes.push({ key, revision, atMs: cluster.now().getTime() });
  for (const { key, revision } of everyObject(store, 'events')) note(key, revision);
  const release = store.subscribe('events', (change) => {
    if (change.type !== 'deleted') note(change.after.key, change.revision);
  });
  const timer = setInterval(() => {
    const expiredBeforeMs = cluster.now().getTime() - settings.eventTtlMs;
    for (let oldest = writes.first; oldest !== undefined; oldest = writes.first) {
      if (oldest.atMs > expiredBeforeMs) return;
      writes.shift();
      if (store.get('events', oldest.key)?.revision === oldest.revision) store.remove('events', oldest.key);
    }
  }, sweepMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    release();
  };
}
