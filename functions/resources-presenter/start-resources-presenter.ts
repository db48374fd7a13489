import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { createAccess } from '../../lib/access/create-access.ts';
import { deriveSealingKeys } from '../../lib/core/sealed-token.ts';
import { shareInFlight } from '../../lib/core/share-in-flight.ts';
import { createStreamIds } from '../../lib/core/stream-id.ts';
import type { TlsFiles } from '../../lib/http/accept-tls.ts';
import { createRouter, type ServedRequest } from '../../lib/http/create-router.ts';
import { createStreamRoute } from '../../lib/http/create-stream-route.ts';
import { followOptions } from '../../lib/http/follow-options.ts';
import { createLiveFeed } from '../../lib/http/live-feed.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { unansweredResponse } from '../../lib/http/unanswered-response.ts';
import { createDiscovery } from '../../lib/kubernetes/discover-resources.ts';
import { openClusters } from '../../lib/kubernetes/open-clusters.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { countResources as countRows } from '../../lib/postgres/count-resources.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import { eventStreamBounds } from '../../lib/postgres/event-stream-bounds.ts';
import { findObject } from '../../lib/postgres/find-object.ts';
import { getDefinition } from '../../lib/postgres/get-definition.ts';
import { getResource as getRow } from '../../lib/postgres/get-resource.ts';
import { getVersion } from '../../lib/postgres/get-version.ts';
import { listEvents } from '../../lib/postgres/list-events.ts';
import { listGroupResources } from '../../lib/postgres/list-group-resources.ts';
import { listKinds } from '../../lib/postgres/list-kinds.ts';
import { listKubeEvents } from '../../lib/postgres/list-kube-events.ts';
import { listKubeObjects } from '../../lib/postgres/list-kube-objects.ts';
import { listOwned } from '../../lib/postgres/list-owned.ts';
import { listOwners } from '../../lib/postgres/list-owners.ts';
import { listResourceNamespaces } from '../../lib/postgres/list-resource-namespaces.ts';
import { listResources as listRows } from '../../lib/postgres/list-resources.ts';
import { listVersions } from '../../lib/postgres/list-versions.ts';
import { listen } from '../../lib/postgres/listen.ts';
import { type EventRange, readEventsAfter } from '../../lib/postgres/read-events-after.ts';
import { readInstallation } from '../../lib/postgres/read-installation.ts';
import { type ChangeRange, readResourcesAfter } from '../../lib/postgres/read-resources-after.ts';
import { resourceStreamBounds } from '../../lib/postgres/resource-stream-bounds.ts';
import { streamVersions } from '../../lib/postgres/stream-versions.ts';
import { summarizeResources as summarizeRows } from '../../lib/postgres/summarize-resources.ts';
import { waitForDatabase } from '../../lib/postgres/wait-for-database.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { warnUnverified } from '../../lib/runtime/warn-unverified.ts';
import { accessHooks } from '../../lib/telemetry/access-hooks.ts';
import { createHttpMetrics } from '../../lib/telemetry/http-metrics.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { createStreamMetrics } from '../../lib/telemetry/stream-metrics.ts';
import type { configSchema } from './config.ts';
import { countResources } from './count-resources.ts';
import type { ResourceInventory } from './find-visible.ts';
import { getResource } from './get-resource.ts';
import { historyRoutes } from './history/history-routes.ts';
import { createKubeCatalog } from './kube/kube-catalog.ts';
import { type KubeDependencies, kubeRoutes } from './kube/kube-routes.ts';
import { createObjectSource } from './kube/object-source.ts';
import { isKubeWatch, openKubeWatch } from './kube/open-kube-watch.ts';
import { listResources } from './list-resources.ts';
import { openApiDocument } from './open-api.ts';
import { openResourceStream } from './open-resource-stream.ts';
import { routes } from './routes.ts';
import { summarizeResources } from './summarize-resources.ts';

const functionName = 'resources-presenter';

/** Rows are visible after this even where their wake-up was lost. */
const pollMs = 500;
/** Rows that come closer together than this go out in one write per client. */
const minPauseMs = 25;

/** Starts the function: everything it opens is released by `stop`, in reverse order. */
export async function startResourcesPresenter(
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
    stream: 'resources',
    installationId: installation.id,
  });

  const feed = createLiveFeed({
    readAfter: (position, limit) => readResourcesAfter(pool, { after: position, limit, withRaw: false }),
    pollMs,
    minPauseMs,
    now: () => performance.now(),
    onError: (error) => log.warn({ err: error }, 'cannot read new changes'),
  });
  const eventFeed = createLiveFeed({
    readAfter: (position, limit) => readEventsAfter(pool, { after: position, limit }),
    pollMs,
    minPauseMs,
    now: () => performance.now(),
    onError: (error) => log.warn({ err: error }, 'cannot read new events'),
  });
  // Thousands of streams fall behind at the same moment, such as when rights have to be asked anew.
  const readBounds = shareInFlight(
    () => resourceStreamBounds(pool),
    () => '',
  );
  const readChanges = shareInFlight(
    (range: ChangeRange) => readResourcesAfter(pool, range),
    (range) => JSON.stringify(range),
  );
  const readEventBounds = shareInFlight(
    () => eventStreamBounds(pool),
    () => '',
  );
  const newestVersion = shareInFlight(
    (stream: 'resources' | 'events', cluster: string) => streamVersions(pool, stream, cluster).head(),
    (stream, cluster) => `${stream} ${cluster}`,
  );
  const readEvents = shareInFlight(
    (range: EventRange) => readEventsAfter(pool, range),
    (range) => JSON.stringify(range),
  );
  const streaming = new AbortController();
  const feeding = Promise.all([feed.run(streaming.signal), eventFeed.run(streaming.signal)]);
  const listener = listen({
    connection,
    onWake: { kubemirror_resources: feed.wake, kubemirror_events: eventFeed.wake },
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
  const inventory: ResourceInventory = {
    resources: (of) => listGroupResources(pool, of),
    namespaces: (of) => listResourceNamespaces(pool, of),
  };
  const onStreamError = (error: unknown): void => log.error({ err: error }, 'stream failed');
  const discoveries = new Map(
    [opened.own, ...opened.others].map(({ cluster, request }) => [cluster, createDiscovery(request)]),
  );
  const kube: KubeDependencies = {
    authenticate,
    clusters,
    onUnavailable,
    catalog: createKubeCatalog({
      listKinds: (cluster) => listKinds(pool, cluster),
      discover: async (cluster) => {
        try {
          return await discoveries.get(cluster)?.();
        } catch (error) {
          log.warn({ err: error, cluster }, 'cannot read discovery, short names are missing');
          return undefined;
        }
      },
      getDefinition: (cluster, name) => getDefinition(pool, cluster, name),
      now: Date.now,
    }),
    source: createObjectSource({
      listObjects: (scope, filter, page) => listKubeObjects(pool, scope, filter, page),
      listEvents: (filter, page) => listKubeEvents(pool, filter, page),
      now: () => new Date(),
    }),
    versionsOf: (stream, cluster) => streamVersions(pool, stream, cluster),
    continueKeys: deriveSealingKeys(secret, 'continue'),
    sleep: (ms) => sleep(ms, signal).catch(() => undefined),
    now: () => new Date(),
  };
  const streamed = {
    ...observed,
    maxClients: config.MAX_STREAMS,
    onOpened: streams.onOpened,
    onEnded: (reason: string, requestId: string): void => {
      streams.onEnded(reason);
      log.debug({ reason, requestId }, 'stream ended');
    },
  };
  const watches = createStreamRoute({
    ...streamed,
    takes: isKubeWatch,
    name: 'kube_watch',
    open: (request) =>
      openKubeWatch(request, {
        ...kube,
        readChanges,
        resourceBounds: readBounds,
        readEvents,
        eventBounds: readEventBounds,
        newestVersion,
        changes: feed,
        events: eventFeed,
        options: followOptions(config, Math.random),
        signal: streaming.signal,
        onError: onStreamError,
      }),
  });
  const changes = createStreamRoute({
    ...streamed,
    takes: (url) => url.pathname === '/resources/stream',
    name: 'resources_stream',
    open: (request) =>
      openResourceStream(request, {
        clusters,
        authenticate,
        ids,
        readBounds,
        readChanges,
        feed,
        options: followOptions(config, Math.random),
        signal: streaming.signal,
        onUnavailable,
        onError: onStreamError,
      }),
  });
  const server = await serveHttp({
    port: config.PORT,
    tls: tlsFilesOf(config),
    raw: (request, response) => {
      const taken = changes(request, response);
      return taken === false ? watches(request, response) : taken;
    },
    fetch: createRouter({
      refusalOf: (error) => unansweredResponse(classifyError(error)),
      ...observed,
      routes: [
        ...kubeRoutes(kube),
        ...routes({
          authenticate,
          list: (caller, parameters) =>
            listResources(caller, parameters, {
              clusters,
              inventory,
              cursorKeys,
              listRows: (scope, filter, page) => listRows(pool, scope, filter, page),
            }),
          count: (caller, parameters) =>
            countResources(caller, parameters, {
              clusters,
              inventory,
              countRows: (scope, filter, max) => countRows(pool, scope, filter, max),
            }),
          summarize: (caller, parameters) =>
            summarizeResources(caller, parameters, {
              clusters,
              inventory,
              summarizeRows: (scope, filter, options) => summarizeRows(pool, scope, filter, options),
            }),
          get: (caller, globalUid, fields) =>
            getResource(caller, globalUid, {
              clusters,
              getRow: (id) => getRow(pool, id, { withRaw: fields.raw, withStatus: fields.status_raw }),
            }),
          onUnavailable,
          openApi: openApiDocument(),
        }),
        ...historyRoutes({
          authenticate,
          onUnavailable,
          clusters,
          cursorKeys,
          findObject: (id) => findObject(pool, id),
          listVersions: (of, page) => listVersions(pool, of, page),
          getVersion: (of) => getVersion(pool, of),
          listOwners: (of) => listOwners(pool, of),
          listOwned: (page) => listOwned(pool, page),
          listEvents: (scope, filter, page) => listEvents(pool, scope, filter, page),
        }),
      ],
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

function tlsFilesOf(config: {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
}): TlsFiles | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = config;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
