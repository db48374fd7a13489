import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import { createDispatchers } from './create-dispatchers.ts';
import { createRequest } from './create-request.ts';
import { createStream } from './create-stream.ts';
import type { ClusterAccess } from './credentials.ts';
import { kubeconfigAccess } from './kubeconfig-access.ts';
import { serviceAccountAccess } from './service-account-access.ts';

export type KubernetesConnection = {
  readonly request: KubernetesRequest;
  readonly stream: KubernetesStream;
  readonly serverUrl: string;
  /** Cluster of the kubeconfig's context; absent in a pod. */
  readonly contextCluster?: string;
  /** Namespace of the pod, or of the kubeconfig's context. */
  readonly namespace?: string;
  /** Ends streams and requests under way and closes all connections. */
  readonly close: () => Promise<void>;
};

/** Where kubelet mounts the service account. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the API server and our credentials: `KUBECONFIG`, else the pod's service account, else
 * `~/.kube/config`. Nothing is sent yet.
 * @param options.userAgent such as `kubemirror/resources-watcher`
 * @throws where none of the three is there or it cannot be read
 */
export async function connectKubernetes(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
  readonly nowMs?: () => number;
  readonly serviceAccountFolder?: string;
}): Promise<KubernetesConnection> {
  const access = await findAccess(options);
  const url = new URL(access.serverUrl);
  const dispatchers = createDispatchers({ proxyUrl: access.proxyUrl });
  const server = {
    origin: url.origin,
    // kcp and proxies serve under a path.
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    credentials: access.credentials,
    dispatchers,
    userAgent: options.userAgent,
  };
  return {
    request: createRequest(server),
    stream: createStream(server),
    serverUrl: access.serverUrl,
    ...(access.contextCluster !== undefined && { contextCluster: access.contextCluster }),
    ...(access.namespace !== undefined && { namespace: access.namespace }),
    close: dispatchers.close,
  };
}

async function findAccess(options: Parameters<typeof connectKubernetes>[0]): Promise<ClusterAccess> {
  const nowMs = options.nowMs ?? Date.now;
  const folder = options.serviceAccountFolder ?? serviceAccountFolder;
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = options.environment;
  if (KUBECONFIG !== undefined && KUBECONFIG !== '') {
    // kubectl leaves out listed files that do not exist, and so do we as long as one does.
    const paths = KUBECONFIG.split(delimiter).filter((path) => path !== '');
    const present = paths.filter((path) => existsSync(path));
    return kubeconfigAccess({ paths: present.length > 0 ? present : paths, nowMs });
  }
  if (host !== undefined && existsSync(join(folder, 'token'))) {
    return serviceAccountAccess({ host, port: port ?? '443', folder, nowMs });
  }
  const home = join(options.environment['HOME'] ?? homedir(), '.kube', 'config');
  if (existsSync(home)) return kubeconfigAccess({ paths: [home], nowMs });
  throw new Error(
    `Cannot find a cluster: no KUBECONFIG, no service account, no ${home}, expected one of the three`,
  );
}
