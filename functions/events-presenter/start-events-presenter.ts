import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { createAccess } from '../../lib/access/create-access.ts';
import type { EventInventory } from '../../lib/access/find-event-scopes.ts';
import { deriveSealingKeys } from '../../lib/core/sealed-token.ts';
import { shareInFlight } from '../../lib/core/share-in-flight.ts';
import { createStreamIds } from '../../lib/core/stream-id.ts';
import { createRouter, type ServedRequest } from '../../lib/http/create-router.ts';
import { createStreamRoute } from '../../lib/http/create-stream-route.ts';
import { followOptions } from '../../lib/http/follow-options.ts';
import { createLiveFeed } from '../../lib/http/live-feed.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { unansweredResponse } from '../../lib/http/unanswered-response.ts';
import { openClusters } from '../../lib/kubernetes/open-clusters.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { countEvents as countRows } from '../../lib/postgres/count-events.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import { eventStreamBounds } from '../../lib/postgres/event-stream-bounds.ts';
import { listEventKinds } from '../../lib/postgres/list-event-kinds.ts';
import { listEventNamespaces } from '../../lib/postgres/list-event-namespaces.ts';
import { listEvents as listRows } from '../../lib/postgres/list-events.ts';
import { listInvolvedNamespaces } from '../../lib/postgres/list-involved-namespaces.ts';
import { listInvolvedObjects } from '../../lib/postgres/list-involved-objects.ts';
import { listen } from '../../lib/postgres/listen.ts';
import { type EventRange, readEventsAfter } from '../../lib/postgres/read-events-after.ts';
import { readInstallation } from '../../lib/postgres/read-installation.ts';
import { summarizeEvents as summarizeRows } from '../../lib/postgres/summarize-events.ts';
import { waitForDatabase } from '../../lib/postgres/wait-for-database.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { warnUnverified } from '../../lib/runtime/warn-unverified.ts';
import { accessHooks } from '../../lib/telemetry/access-hooks.ts';
import { createHttpMetrics } from '../../lib/telemetry/http-metrics.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { createStreamMetrics } from '../../lib/telemetry/stream-metrics.ts';
import type { configSchema } from './config.ts';
import { countEvents } from './count-events.ts';
import { listEvents } from './list-events.ts';
import { openApiDocument } from './open-api.ts';
import { openNotifications } from './open-notifications.ts';
import { routes } from './routes.ts';
import { summarizeEvents } from './summarize-events.ts';

const functionName = 'events-presenter';

/** Rows are visible after this even where their wake-up was lost. */
const pollMs = 500;
/**
 * Rows that come closer together than this go out in one write per client. With 2,000 clients: p99 69 to 113 ms with 25,
 * 55 to 80 with 35, 71 to 87 with 45.
 */
const minPauseMs = 30;
/** Of one kind, where rights may be bound to names that only the API server knows: a review each. */
const maxObjectsAsked = 200;

/** Starts the function: everything it opens is released by `stop`, in reverse order. */
export async function startEventsPresenter(
  { config, log, signal }: Start<Readonly<z.output<typeof configSchema>>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running & { readonly port: number }> {
  const telemetry = await startTelemetry({ functionName, config });
  const onServed = createHttpMetrics(telemetry.metrics);
  const streams = createStreamMetrics(telemetry.metrics);
  const connection = connectionSettings(config, functionName);
  const pool = createPool({
    connection,
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: config.QUERY_TIMEOUT,
    customPlans: true,
    onIdleError: (error) => log.warn({ err: error }, 'lost an idle database connection'),
  });
  await waitForDatabase({
    query: () => readInstallation(pool),
    timeoutMs: config.DB_READY_TIMEOUT,
    signal,
    onRetry: (error, delayMs) => log.warn({ err: error, delayMs }, 'waiting for PostgreSQL and its schema'),
  });
  const installation = await readInstallation(pool);
  const opened = await openClusters({
    environment,
    userAgent: `kubemirror/${functionName}`,
    clusterName: config.CLUSTER_NAME,
    kubeconfigFolder: config.CLUSTER_KUBECONFIGS,
    followsRbac: config.ACCESS_MODE === 'evaluate',
    random: Math.random,
    sleep,
    observe: (cluster, resource, event) => log.debug({ cluster, resource, ...event }, 'RBAC watch'),
  });
  const hooks = accessHooks(telemetry.metrics, log);
  const { authenticate, clusters } = createAccess(config, opened, {
    now: Date.now,
    random: Math.random,
    sleep: (ms) => sleep(ms, signal).catch(() => undefined),
    ...hooks,
    // Nobody waits for the reviews in the background that our own end cuts off.
    onUnknown: (cluster, reason) => {
      if (!signal.aborted) hooks.onUnknown(cluster, reason);
    },
  });
  const onUnavailable = warnUnverified(log);
  const secret = config.CURSOR_KEY ?? installation.sealingSecret;
  const cursorKeys = deriveSealingKeys(secret, 'cursor');
  const ids = createStreamIds({
    keys: deriveSealingKeys(secret, 'stream id'),
    stream: 'events',
    installationId: installation.id,
  });

  const feed = createLiveFeed({
    readAfter: (position, limit) => readEventsAfter(pool, { after: position, limit }),
    pollMs,
    minPauseMs,
    now: () => performance.now(),
    onError: (error) => log.warn({ err: error }, 'cannot read new events'),
  });
  // Thousands of streams fall behind at the same moment, such as when rights have to be asked anew.
  const readBounds = shareInFlight(
    () => eventStreamBounds(pool),
    () => '',
  );
  const readEvents = shareInFlight(
    (range: EventRange) => readEventsAfter(pool, range),
    (range) => JSON.stringify(range),
  );
  const streaming = new AbortController();
  const feeding = feed.run(streaming.signal);
  const listener = listen({
    connection,
    onWake: { kubemirror_events: feed.wake },
    onError: (error) => log.warn({ err: error }, 'lost the LISTEN connection'),
  });
  const observed = {
    newId: randomUUID,
    now: () => performance.now(),
    onServed: (served: ServedRequest): void => {
      onServed(served);
      telemetry.tracing.served(served);
      log.debug(served, 'served');
    },
    onError: (error: unknown, requestId: string): void =>
      log.error({ err: error, requestId }, 'Cannot answer a request'),
  };
  const inventoryOf = (cluster: string): EventInventory => ({
    namespaces: () => listEventNamespaces(pool),
    kinds: () => listEventKinds(pool, cluster),
    involvedNamespaces: (kind) => listInvolvedNamespaces(pool, { cluster, ...kind }),
    involvedObjects: (kind, namespaces) =>
      listInvolvedObjects(pool, { cluster, ...kind, namespaces, limit: maxObjectsAsked }),
  });
  const server = await serveHttp({
    port: config.PORT,
    raw: createStreamRoute({
      ...observed,
      takes: (url) => url.pathname === '/notifications',
      name: 'notifications',
      maxClients: config.MAX_STREAMS,
      open: (request) =>
        openNotifications(request, {
          clusters,
          authenticate,
          ids,
          readBounds,
          readEvents,
          feed,
          options: followOptions(config, Math.random),
          signal: streaming.signal,
          onUnavailable,
          onError: (error) => log.error({ err: error, requestId: request.requestId }, 'stream failed'),
        }),
      onOpened: streams.onOpened,
      onEnded: (reason, requestId) => {
        streams.onEnded(reason);
        log.debug({ reason, requestId }, 'stream ended');
      },
    }),
    fetch: createRouter({
      refusalOf: (error) => unansweredResponse(classifyError(error)),
      ...observed,
      routes: routes({
        authenticate,
        list: (caller, parameters) =>
          listEvents(caller, parameters, {
            clusters,
            inventoryOf,
            cursorKeys,
            listRows: (scope, filter, page) =>
              listRows(pool, scope, filter, { ...page, now: new Date().toISOString() }),
          }),
        count: (caller, parameters) =>
          countEvents(caller, parameters, {
            clusters,
            inventoryOf,
            countRows: (scope, filter, max) => countRows(pool, scope, filter, max),
          }),
        summarize: (caller, parameters) =>
          summarizeEvents(caller, parameters, {
            clusters,
            inventoryOf,
            summarizeRows: (scope, filter, options) => summarizeRows(pool, scope, filter, options),
          }),
        onUnavailable,
        openApi: openApiDocument(),
      }),
    }),
    health: {
      notReady: async () => {
        if (signal.aborted) return 'stopping';
        if (!listener.isConnected()) return 'no LISTEN connection';
        return pool.query('select 1').then(
          () => undefined,
          () => 'PostgreSQL does not answer',
        );
      },
    },
    onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
  });
  log.info({ port: server.port, cluster: opened.own.cluster }, 'serving');
  return {
    port: server.port,
    stop: async () => {
      // Streams never end by themselves, and the server waits for them.
      streaming.abort();
      await server.close();
      await feeding;
      await listener.stop();
      await opened.close();
      await pool.end();
      await telemetry.stop();
    },
  };
}
