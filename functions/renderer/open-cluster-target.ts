import { resolveClusterName } from '../../lib/kubernetes/cluster-name.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { repeat } from '../../lib/runtime/repeat.ts';
import { untilItWorks } from '../../lib/runtime/until-it-works.ts';
import { createClusterTarget } from './cluster-target.ts';
import { createDriftWatch } from './drift-watch.ts';
import { followCluster } from './follow-cluster.ts';
import type { OpenTarget, OpenTargetOptions } from './opened-target.ts';

/** Drift that was seen while a change was under way is judged this often. */
const recheckMs = 1_000;

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
    follow: async (deps, following) => {
      const watch = createDriftWatch({ ...deps, kind, fieldManager: config.FIELD_MANAGER });
      const ended = new AbortController();
      const rechecking = repeat(watch.recheck, {
        everyMs: () => recheckMs,
        signal: AbortSignal.any([following, ended.signal]),
        onError: (error) => log.warn({ err: error }, 'Cannot judge drift for now'),
      });
      try {
        await followCluster({
          request: connection.request,
          stream: connection.stream,
          kind,
          maxSilenceMs: config.WATCH_SILENCE_TIMEOUT,
          emit: watch.onChange,
          log,
          signal: following,
        });
      } finally {
        ended.abort();
        await rechecking;
      }
    },
    close: connection.close,
  };
}
