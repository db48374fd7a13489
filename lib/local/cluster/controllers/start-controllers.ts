import type { ClusterState } from '../cluster-state.ts';
import { CrdController } from './crd-controller.ts';
import { startEventExpiry } from './event-expiry.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { startNamespaceController } from './namespace-controller.ts';
import { startPodTerminator } from './pod-terminator.ts';
import { startRoleAggregation } from './role-aggregation.ts';
import { startServiceAccountController } from './service-account-controller.ts';
import { startStorageProtection } from './storage-protection.ts';

/**
 * Starts the controllers inside an API server, and with `all` those of a controller manager as well; returns
 * the way to stop them.
 */
export function startControllers(cluster: ClusterState, which: 'all' | 'api-server'): () => void {
  const stops = [new CrdController(cluster).start(), startEventExpiry(cluster)];
  if (which === 'all') {
    stops.push(
      startRoleAggregation(cluster),
      startServiceAccountController(cluster),
      startNamespaceController(cluster),
      startPodTerminator(cluster),
      startStorageProtection(cluster),
      new GarbageCollector(cluster).start(),
    );
  }
  return () => {
    for (const stop of stops.reverse()) stop();
  };
}
