import type { AgentOptions } from 'node:https';
import type { DispatcherOptions, KubeConfig } from '@kubernetes/client-node';
import type { ClusterAccess, TlsMaterial } from './credentials.ts';

/** A process keeps what exec plugins and files gave it for this long before it asks client-node again. */
const cacheMs = 10_000;

/** After a 401 everything is read anew, but not for each of hundreds of watches that see it at once. */
const renewAtMostEveryMs = 1_000;

/**
 * Access through a kubeconfig: certificates, tokens, exec plugins, OIDC, proxies and impersonation as
 * client-node knows them. Several files count as one; the first with a current context chooses it.
 * @throws where the kubeconfig cannot be read or its current context is incomplete
 */
export async function kubeconfigAccess(options: {
  readonly paths: readonly string[];
  readonly nowMs: () => number;
}): Promise<ClusterAccess> {
  // Loaded here and not at the top: 85 MB that a pod with a service account never needs.
  const { kubernetesClient: client } = await import('./kubernetes-client.ts');
  const load = () => loadCurrent(client, options.paths);
  let current = load();
  let loadedAtMs = options.nowMs();
  let cached: { material: ReturnType<typeof materialOf>; atMs: number } | undefined;

  return {
    serverUrl: current.cluster.server,
    contextCluster: current.cluster.name,
    ...(current.namespace !== undefined && { namespace: current.namespace }),
    ...(current.cluster.proxyUrl !== undefined && { proxyUrl: current.cluster.proxyUrl }),
    credentials: {
      current: async () => {
        if (cached === undefined || options.nowMs() - cached.atMs > cacheMs) {
          // One exec plugin run for all who ask meanwhile; a failed one is forgotten, not cached.
          const material = materialOf(client, current);
          cached = { material, atMs: options.nowMs() };
          material.catch(() => {
            if (cached?.material === material) cached = undefined;
          });
        }
        return cached.material;
      },
      renew: async () => {
        if (options.nowMs() - loadedAtMs < renewAtMostEveryMs) return;
        current = load();
        loadedAtMs = options.nowMs();
        cached = undefined;
      },
    },
  };
}

type Client = typeof import('./kubernetes-client.ts').kubernetesClient;

function loadCurrent(client: Client, paths: readonly string[]) {
  const config = new client.KubeConfig();
  for (const path of paths) {
    try {
      const file = new client.KubeConfig();
      file.loadFromFile(path);
      config.mergeConfig(file, config.getCurrentContext() !== undefined);
    } catch (cause) {
      throw new Error(`Cannot read the kubeconfig ${path}`, { cause });
    }
  }
  const name = config.getCurrentContext();
  const context = config.getContextObject(name);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (context === null || cluster === null || user === null) {
    throw new Error(
      `Cannot use the kubeconfig: context "${name}", expected one whose cluster and user are in the file`,
    );
  }
  giveExecInfo(user, cluster);
  return { config, cluster, namespace: context.namespace };
}

/** Exec plugins read from KUBERNETES_EXEC_INFO which API version to answer in; client-node leaves it out. */
function giveExecInfo(
  user: { readonly exec?: { apiVersion?: string; env?: { name: string; value: string }[] } | null },
  cluster: { readonly server: string; readonly caData?: string },
): void {
  const { exec } = user;
  if (exec === null || exec === undefined) return;
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      cluster: { server: cluster.server, 'certificate-authority-data': cluster.caData },
    },
  };
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}

/**
 * Headers and TLS material as client-node would use them. Its own dispatchers are one TLS connection per
 * request, so the one it would build is caught on the way (`createDispatcherOptions` is public for that) and
 * none is made; that also lifts its refusal of plain http servers.
 */
async function materialOf(
  client: Client,
  current: ReturnType<typeof loadCurrent>,
): Promise<{ headers: Record<string, string>; tls: TlsMaterial }> {
  let tls: TlsMaterial = {};
  const config: KubeConfig = current.config;
  config.createDispatcherOptions = (_cluster: unknown, options: AgentOptions): DispatcherOptions => {
    tls = definedOnly(options);
    return { type: 'none' };
  };
  const context = new client.RequestContext(current.cluster.server, client.HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(context);
  } catch (cause) {
    throw new Error('Cannot get credentials as the kubeconfig says', { cause });
  }
  const headers = Object.fromEntries(
    Object.entries(context.getHeaders()).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { headers, tls };
}

function definedOnly({
  ca,
  cert,
  key,
  pfx,
  passphrase,
  servername,
  rejectUnauthorized,
}: AgentOptions): TlsMaterial {
  return Object.fromEntries(
    Object.entries({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
