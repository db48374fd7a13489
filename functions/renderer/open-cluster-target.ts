import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import { resolveClusterName } from '../../lib/kubernetes/cluster-name.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { untilItWorks } from '../../lib/runtime/until-it-works.ts';
import { createClusterTarget } from './cluster-target.ts';
import type { RendererConfig } from './config.ts';
import { createDriftWatch, type DriftWatchDependencies } from './drift-watch.ts';
import { followCluster } from './follow-cluster.ts';
import type { RenderTarget } from './render-target.ts';

/** A target with what else the function does with it. */
export type OpenTarget = {
  readonly target: RenderTarget;
  /** Name of the cluster, for the source of events. */
  readonly cluster: string;
  /** Follows the target and asks for renderings where it drifts, until the signal aborts. */
  readonly follow: (deps: FollowDependencies, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type FollowDependencies = Omit<DriftWatchDependencies, 'kind' | 'fieldManager'>;

export type OpenTargetOptions = {
  readonly config: RendererConfig;
  readonly kind: AppConfigKind;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly signal: AbortSignal;
};

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
