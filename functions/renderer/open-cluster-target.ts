import { resolveClusterName } from '../../lib/kubernetes/cluster-name.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { untilItWorks } from '../../lib/runtime/until-it-works.ts';
import { createClusterTarget } from './cluster-target.ts';
import { createDriftWatch } from './drift-watch.ts';
import { followCluster } from './follow-cluster.ts';
import type { OpenTarget, OpenTargetOptions } from './open-target.ts';

/** Connects to the cluster that is rendered to, and waits for it as long as it takes to name it. */
export async function openClusterTarget(options: OpenTargetOptions): Promise<OpenTarget> {
  const { config, kind, log, signal } = options;
  const connection = await connectKubernetes({
    environment: options.environment,
    userAgent: 'kubemirror/renderer',
  });
  const cluster = await untilItWorks(
    'name the cluster',
    () =>
      resolveClusterName({
        configured: config.CLUSTER_NAME,
        contextCluster: connection.contextCluster,
        request: connection.request,
      }),
    { log, signal, random: Math.random },
  );
  log.info({ cluster, server: connection.serverUrl, namespace: kind.namespace }, 'rendering to this cluster');
  return {
    cluster,
    target: createClusterTarget({
      request: connection.request,
      kind,
      fieldManager: config.FIELD_MANAGER,
    }),
    follow: (deps, following) =>
      followCluster({
        request: connection.request,
        stream: connection.stream,
        kind,
        maxSilenceMs: config.WATCH_SILENCE_TIMEOUT,
        emit: createDriftWatch({ ...deps, kind, fieldManager: config.FIELD_MANAGER }),
        log,
        signal: following,
      }),
    close: connection.close,
  };
}
