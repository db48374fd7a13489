import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type CheckpointStore, createCheckpointStore } from './checkpoint-store.ts';
import type { KubernetesConnection } from './connect-kubernetes.ts';
import { createLeaseClient } from './lease-client.ts';

export type WatcherLeases = {
  readonly electionLease: { readonly namespace: string; readonly name: string } | undefined;
  readonly identity: string;
  readonly checkpoints: CheckpointStore | undefined;
};

/**
 * Leases of a watcher, in LEASE_NAMESPACE or the pod's own. With a kubeconfig and no LEASE_NAMESPACE nothing is
 * written to the cluster: a developer who looks at one does not expect objects in it.
 * @throws where an election is wanted and there is no namespace for its Lease
 */
export function watcherLeases(options: {
  readonly config: {
    readonly PORT: number;
    readonly LEADER_ELECTION: boolean;
    readonly LEASE_NAMESPACE?: string | undefined;
    readonly RESUME: boolean;
  };
  readonly connection: KubernetesConnection;
  readonly functionName: string;
}): WatcherLeases {
  const { config, connection, functionName } = options;
  const isPod = connection.contextCluster === undefined;
  const namespace = config.LEASE_NAMESPACE ?? (isPod ? connection.namespace : undefined);
  if (config.LEADER_ELECTION && namespace === undefined) {
    throw new Error('Cannot elect a leader: no namespace for the Lease, expected LEASE_NAMESPACE');
  }
  const checkpoints = { namespace: namespace ?? '', name: `${functionName}-checkpoints` };
  return {
    electionLease:
      config.LEADER_ELECTION && namespace !== undefined ? { namespace, name: functionName } : undefined,
    // A process that is restarted on its host and port is its own successor and need not wait for its old lease.
    identity: `${hostname()}_${config.PORT === 0 ? randomUUID() : config.PORT}`,
    checkpoints:
      config.RESUME && namespace !== undefined
        ? createCheckpointStore(createLeaseClient(connection.request, checkpoints))
        : undefined,
  };
}
