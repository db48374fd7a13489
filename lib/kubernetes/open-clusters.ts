import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { ReflectorEvent } from '../core/reflector-change.ts';
import { resolveClusterName } from './cluster-name.ts';
import { connectKubernetes, type KubernetesConnection } from './connect-kubernetes.ts';
import { type FollowedRbac, followRbac } from './follow-rbac.ts';

export type OpenedCluster = {
  /** As rows have it in `cluster_name`. */
  readonly cluster: string;
  readonly request: KubernetesRequest;
  readonly rbac: FollowedRbac | undefined;
};

export type OpenedClusters = {
  readonly own: OpenedCluster;
  readonly others: readonly OpenedCluster[];
  /** Stops following and closes all connections. */
  readonly close: () => Promise<void>;
};

/**
 * Connects to the API servers that decide who may read what: our own cluster's, and one for each kubeconfig in
 * the folder, whose file name (without `.yaml` or `.kubeconfig`) is the cluster's name in the database.
 * @param options.followsRbac whether the RBAC objects of each are followed
 * @throws where our own cluster cannot be found or named, or a kubeconfig cannot be read
 */
export async function openClusters(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
  /** `CLUSTER_NAME`. */
  readonly clusterName: string | undefined;
  readonly kubeconfigFolder: string | undefined;
  readonly followsRbac: boolean;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly observe: (cluster: string, resource: string, event: ReflectorEvent) => void;
}): Promise<OpenedClusters> {
  const { environment, userAgent } = options;
  const following = new AbortController();
  const connections: KubernetesConnection[] = [];
  const open = (cluster: string, connection: KubernetesConnection): OpenedCluster => ({
    cluster,
    request: connection.request,
    rbac: options.followsRbac
      ? followRbac({
          request: connection.request,
          stream: connection.stream,
          signal: following.signal,
          nowMs: Date.now,
          random: options.random,
          sleep: options.sleep,
          observe: (resource, event) => options.observe(cluster, resource, event),
        })
      : undefined,
  });

  const connection = await connectKubernetes({ environment, userAgent });
  connections.push(connection);
  const ownName = await resolveClusterName({
    configured: options.clusterName,
    contextCluster: connection.contextCluster,
    request: connection.request,
  });
  const own = open(ownName, connection);
  const others: OpenedCluster[] = [];
  for (const { cluster, path } of await kubeconfigsIn(options.kubeconfigFolder)) {
    if (cluster === ownName) continue;
    const other = await connectKubernetes({ environment: { ...environment, KUBECONFIG: path }, userAgent });
    connections.push(other);
    others.push(open(cluster, other));
  }
  return {
    own,
    others,
    close: async () => {
      following.abort(new Error('stopping'));
      for (const { rbac } of [own, ...others]) await rbac?.ended;
      await Promise.all(connections.map((opened) => opened.close()));
    },
  };
}

/** A mounted Secret has hidden entries of its own beside the files. */
async function kubeconfigsIn(folder: string | undefined): Promise<{ cluster: string; path: string }[]> {
  if (folder === undefined) return [];
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  return names.map((name) => ({
    cluster: name.replace(/\.(?:ya?ml|kubeconfig)$/, ''),
    path: join(folder, name),
  }));
}
