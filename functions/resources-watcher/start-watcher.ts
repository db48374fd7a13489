import { readFileSync } from 'node:fs';
import { createEventSink } from '../../lib/cloudevents/create-event-sink.ts';
import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import { createDelivery, type Delivery } from '../../lib/core/create-delivery.ts';
import { receiveEvents } from '../../lib/http/receive-events.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { resolveClusterName } from '../../lib/kubernetes/cluster-name.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { watcherLeases } from '../../lib/kubernetes/watcher-leases.ts';
import { logDelivery } from '../../lib/runtime/log-delivery.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { untilItWorks } from '../../lib/runtime/until-it-works.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { watcherMetrics } from '../../lib/telemetry/watcher-metrics.ts';
import { acceptWanted } from './accept-wanted.ts';
import type { ResourcesWatcherConfig } from './config.ts';
import { functionName } from './handler.ts';
import { parseManagedGroups } from './parse-managed-groups.ts';
import { parseStaticKinds } from './parse-static-kinds.ts';
import { resourceMetrics } from './resource-metrics.ts';
import { createWatchManager, type WatchManager } from './watch-manager.ts';

/** In flight together; large objects wait for each other, small ones never reach it. */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What fails while others get through: poison is rare, and every one of these may have 1 MB. */
const maxSetAside = 100;

/** A `wanted` request names a few thousand identities. */
const maxWantedBytes = 2 * 1024 * 1024;

/**
 * Connects, names the cluster and starts to follow it. Probes answer from the first moment; the API server is
 * waited for as long as it takes.
 */
export async function startResourcesWatcher(
  { config, log, signal }: Start<ResourcesWatcherConfig>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const { random } = Math;
  const nowMs = Date.now;
  const assets = readAssets(config);
  for (const problem of assets.problems) log.warn({ problem }, 'A line of the static kinds is skipped');

  const telemetry = await startTelemetry({ functionName, config });
  // What the probes and the gauges ask about comes up after them.
  const up: { manager?: WatchManager; delivery?: Delivery; cluster?: string } = {};
  const metrics = {
    ...watcherMetrics(telemetry.metrics, {
      delivery: () => up.delivery,
      reflectors: () => up.manager?.reflectors().map(({ reflector }) => reflector) ?? [],
      nowMs,
    }),
    ...resourceMetrics(telemetry.metrics),
  };
  const server = await serveHttp({
    port: config.PORT,
    fetch: () => statusResponse(404, 'expected a CloudEvent by POST /'),
    raw: receiveEvents({
      decode: decodeHttpEvents,
      paths: {
        '/': async (events) => {
          const { manager, cluster } = up;
          if (manager === undefined || cluster === undefined) {
            return { status: 503, message: 'starting', retryAfterSeconds: 5 };
          }
          return acceptWanted(events, { cluster, add: manager.addWanted });
        },
      },
      maxBodyBytes: maxWantedBytes,
      maxBufferedBytes: 4 * maxWantedBytes,
      onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
    }),
    health: {
      notLive: () => up.manager?.notLive(),
      notReady: () => (signal.aborted ? 'stopping' : (up.manager?.notReady() ?? notStarted(up.manager))),
    },
    onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
  });

  const connection = await connectKubernetes({ environment, userAgent: `kubemirror/${functionName}` });
  const cluster = await untilItWorks(
    'name the cluster',
    () =>
      resolveClusterName({
        configured: config.CLUSTER_NAME,
        contextCluster: connection.contextCluster,
        request: connection.request,
      }),
    { log, signal, random },
  );
  log.info({ cluster, server: connection.serverUrl }, 'following this cluster');

  const sink = createEventSink({
    sinkUrl: config.K_SINK,
    ceOverrides: config.K_CE_OVERRIDES,
    caCerts: config.K_CA_CERTS,
    tokenFile: config.OIDC_TOKEN_FILE,
    maxInFlight: config.MAX_IN_FLIGHT,
    timeoutMs: config.SEND_TIMEOUT,
    now: nowMs,
    random,
    observer: { attempted: metrics.onAttempt },
    log,
  });
  // Deliveries outlive the signal: what is in flight at SIGTERM is finished.
  const ending = new AbortController();
  const delivery = createDelivery({
    send: telemetry.tracing.emitting(sink.send),
    maxInFlight: config.MAX_IN_FLIGHT,
    maxInFlightBytes,
    maxSetAside,
    signal: ending.signal,
    sleep,
    random,
    nowMs,
    onReply: (reply) => {
      if (up.manager !== undefined) acceptWanted([reply], { cluster, add: up.manager.addWanted });
    },
    observe: (event) => {
      metrics.onDelivery(event);
      logDelivery(log, event);
    },
  });
  const leases = watcherLeases({ config, connection, functionName });
  const manager = createWatchManager({
    ...leases,
    config,
    assets,
    cluster,
    connection,
    delivery,
    metrics,
    log,
    nowMs,
    random,
  });
  Object.assign(up, { cluster, delivery, manager });
  manager.start();

  return {
    failed: manager.failed,
    stop: async () => {
      await manager.stop();
      await delivery.drained();
      ending.abort(new Error('stopped'));
      await sink.close();
      await connection.close();
      await server.close();
      await telemetry.stop();
    },
  };
}

function notStarted(manager: WatchManager | undefined): string | undefined {
  return manager === undefined ? 'waiting for the API server' : undefined;
}

function readAssets(config: ResourcesWatcherConfig) {
  const read = (path: string | undefined, asset: string): string =>
    readFileSync(path ?? new URL(`./assets/${asset}`, import.meta.url), 'utf8');
  const { kinds, problems } = parseStaticKinds(read(config.STATIC_KINDS_FILE, 'static'));
  return {
    staticKinds: kinds,
    problems,
    managedGroups: parseManagedGroups(read(config.MANAGED_GROUPS_FILE, 'managed_groups')),
  };
}
