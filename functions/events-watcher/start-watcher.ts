import { createEventSink } from '../../lib/cloudevents/create-event-sink.ts';
import { createDelivery, type Delivery } from '../../lib/core/create-delivery.ts';
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
import type { EventsWatcherConfig } from './config.ts';
import { createEventsFollower, type EventsFollower } from './events-follower.ts';
import { functionName } from './handler.ts';
import { createStormControl, type StormControl } from './storm-control.ts';

/** Events are a few KB; this bounds the odd large one. */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What fails while others get through: poison is rare. */
const maxSetAside = 100;

/**
 * Connects, names the cluster and starts to follow its events. Probes answer from the first moment; the API
 * server is waited for as long as it takes.
 */
export async function startEventsWatcher(
  { config, log, signal }: Start<EventsWatcherConfig>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const { random } = Math;
  const nowMs = Date.now;
  const telemetry = await startTelemetry({ functionName, config });
  // What the probes and the gauges ask about comes up after them.
  const up: { follower?: EventsFollower; delivery?: Delivery; storm?: StormControl } = {};
  const metrics = watcherMetrics(telemetry.metrics, {
    delivery: () => up.delivery,
    reflectors: () => up.follower?.reflectors() ?? [],
    nowMs,
  });
  const server = await serveHttp({
    port: config.PORT,
    fetch: (request) =>
      request.method === 'POST'
        ? // Nothing is asked of us, and a broker takes anything but 2xx for a failure.
          new Response(null, { status: 204 })
        : statusResponse(404, 'no such path'),
    health: {
      notLive: () => up.follower?.notLive(),
      notReady: () => {
        if (signal.aborted) return 'stopping';
        return up.follower === undefined ? 'waiting for the API server' : undefined;
      },
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
    onReply: () => undefined,
    onRoom: () => up.storm?.onRoom(),
    observe: (event) => {
      metrics.onDelivery(event);
      logDelivery(log, event);
    },
  });
  const coalesced = telemetry.metrics.counter(
    'kubemirror_events_coalesced_total',
    'Versions of events that a newer one replaced while the sink was busy',
  );
  const storm = createStormControl({ delivery, onCoalesced: () => coalesced.inc() });
  const follower = createEventsFollower({
    ...watcherLeases({ config, connection, functionName }),
    config,
    cluster,
    connection,
    delivery,
    storm,
    metrics,
    log,
    nowMs,
    random,
  });
  Object.assign(up, { delivery, follower, storm });
  follower.start();

  return {
    failed: follower.failed,
    stop: async () => {
      await follower.stop();
      await delivery.drained();
      ending.abort(new Error('stopped'));
      await sink.close();
      await connection.close();
      await server.close();
      await telemetry.stop();
    },
  };
}
