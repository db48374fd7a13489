import type { KubernetesRequest } from '../core/kubernetes-request.ts';

/**
 * The name that all rows of this cluster carry: `CLUSTER_NAME`, else the cluster of the kubeconfig's context,
 * else the one in kubeadm's ClusterConfiguration, else the uid of the namespace kube-system. Never an
 * address: service IPs are the same in most clusters. kubeadm's default name `kubernetes` counts as none
 * for the same reason.
 * @throws where the API server refuses to show one of them
 */
export async function resolveClusterName(options: {
  /** `CLUSTER_NAME`. */
  readonly configured?: string | undefined;
  readonly contextCluster?: string | undefined;
  readonly request: KubernetesRequest;
}): Promise<string> {
  if (options.configured !== undefined) return options.configured;
  if (options.contextCluster !== undefined) return options.contextCluster;
  const kubeadm = await options.request({
    method: 'GET',
    path: '/api/v1/namespaces/kube-system/configmaps/kubeadm-config',
  });
  // All functions must find the same name, so one that may not look must not go on to the next source.
  if (kubeadm.status !== 200 && kubeadm.status !== 404) {
    throw new Error(
      `Cannot name the cluster: kubeadm-config answered ${kubeadm.status}, expected CLUSTER_NAME to be set or the right to get that ConfigMap`,
    );
  }
  const kubeadmName = kubeadm.status === 200 ? kubeadmClusterName(kubeadm.body) : undefined;
  if (kubeadmName !== undefined && kubeadmName !== 'kubernetes') return kubeadmName;
  const namespace = await options.request({ method: 'GET', path: '/api/v1/namespaces/kube-system' });
  const uid = (namespace.body as { metadata?: { uid?: unknown } } | null)?.metadata?.uid;
  if (namespace.status === 200 && typeof uid === 'string') return uid;
  throw new Error(
    `Cannot name the cluster: kube-system answered ${namespace.status}, expected CLUSTER_NAME to be set or the right to get that namespace`,
  );
}

/** The one line of the YAML that matters; the rest may be any version of ClusterConfiguration. */
function kubeadmClusterName(configMap: unknown): string | undefined {
  const text = (configMap as { data?: { ClusterConfiguration?: unknown } } | null)?.data
    ?.ClusterConfiguration;
  if (typeof text !== 'string') return undefined;
  return /^clusterName:[ \t]*["']?([^"'\s#]+)/m.exec(text)?.[1];
}
