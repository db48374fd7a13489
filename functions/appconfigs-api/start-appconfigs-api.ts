import { randomUUID } from 'node:crypto';
import { createAccess } from '../../lib/access/create-access.ts';
import { appConfigKind } from '../../lib/core/app-config-kind.ts';
import { deriveSealingKeys } from '../../lib/core/sealed-token.ts';
import { createRouter, type ServedRequest } from '../../lib/http/create-router.ts';
import { createStreamRoute } from '../../lib/http/create-stream-route.ts';
import { createLiveFeed } from '../../lib/http/live-feed.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { openClusters } from '../../lib/kubernetes/open-clusters.ts';
import { appConfigHistory } from '../../lib/postgres/app-configs/app-config-history.ts';
import { getAppConfig } from '../../lib/postgres/app-configs/get-app-config.ts';
import { listAppConfigs } from '../../lib/postgres/app-configs/list-app-configs.ts';
import { outcomeHead, readOutcomesAfter } from '../../lib/postgres/app-configs/read-outcomes-after.ts';
import {
  deleteAppConfig,
  insertAppConfig,
  updateAppConfig,
} from '../../lib/postgres/app-configs/write-app-config.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { listen } from '../../lib/postgres/listen.ts';
import { openDatabase } from '../../lib/postgres/open-database.ts';
import { readInstallation } from '../../lib/postgres/read-installation.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { warnUnverified } from '../../lib/runtime/warn-unverified.ts';
import { createJudgementMetrics } from '../../lib/telemetry/judgement-metrics.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { createApiMetrics } from './api-metrics.ts';
import type { AppconfigsApiConfig } from './config.ts';
import { openApiDocument } from './open-api.ts';
import { createOperations } from './operations.ts';
import { openOutcomeStream } from './outcome-stream.ts';
import { routes } from './routes.ts';

const functionName = 'appconfigs-api';

/** Outcomes are seen after this even where their wake-up was lost. */
const pollMs = 500;
/** Outcomes that come closer together than this go out in one write per client. */
const minPauseMs = 25;
/** Tokens and users of open streams are verified this often. */
const recheckMs = 4_000;
const unknownRightsMs = 30_000;

/** Starts the function: everything it opens is released by `stop`, in reverse order. */
export async function startAppconfigsApi(
  { config, log, signal }: Start<AppconfigsApiConfig>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const telemetry = await startTelemetry({ functionName, config });
  const metrics = createApiMetrics(telemetry.metrics);
  const database = await openDatabase({
    config,
    functionName,
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: config.QUERY_TIMEOUT,
    schemaQuery: 'select from app_configs, app_config_status, app_config_history limit 0',
    signal,
    log,
  });
  const { pool } = database;
  const installation = await readInstallation(pool);
  const opened = await openClusters({
    environment,
    userAgent: `kubemirror/${functionName}`,
    clusterName: config.CLUSTER_NAME,
    // Rows are written for one cluster, whose API server decides by itself: few questions, each of which matters.
    kubeconfigFolder: undefined,
    followsRbac: false,
    random: Math.random,
    sleep,
    observe: () => {},
  });
  const { authenticate, clusters } = createAccess(config, opened, {
    now: Date.now,
    random: Math.random,
    sleep: (ms) => sleep(ms, signal).catch(() => undefined),
    onIssuerAway: (issuer, reason) =>
      log.warn({ issuer, reason }, 'cannot read the keys of the token issuer; known ones are used for a day'),
    onUnknown: (cluster, reason) => {
      metrics.unanswered.inc({ cluster });
      log.warn({ cluster, reason }, 'cannot find out rights');
    },
    onJudged: createJudgementMetrics(telemetry.metrics),
    onCompared: () => {},
    onDisagreement: () => {},
  });
  const { access } = clusters.own;
  const kind = appConfigKind(config);
  const secret = config.CURSOR_KEY ?? installation.sealingSecret;
  const onUnavailable = warnUnverified(log);

  const feed = createLiveFeed({
    readAfter: (after, limit) => readOutcomesAfter(pool, { after, limit }),
    pollMs,
    minPauseMs,
    now: () => performance.now(),
    onError: (error) => log.warn({ err: error }, 'cannot read new outcomes'),
  });
  const streaming = new AbortController();
  const feeding = feed.run(streaming.signal);
  const listener = listen({
    connection: connectionSettings(config, functionName),
    onWake: { kubemirror_appconfigs: feed.wake },
    onError: (error) => log.warn({ err: error }, 'lost the LISTEN connection'),
  });
  const observed = {
    newId: randomUUID,
    now: () => performance.now(),
    onServed: (served: ServedRequest): void => {
      metrics.served(served);
      telemetry.tracing.served(served);
      log.debug(served, 'served');
    },
    onError: (error: unknown, requestId: string): void =>
      log.error({ err: error, requestId }, 'Cannot answer a request'),
  };
  const server = await serveHttp({
    port: config.PORT,
    raw: createStreamRoute({
      ...observed,
      takes: (url) => url.pathname === '/appconfigs/stream',
      name: 'appconfigs-stream',
      maxClients: config.MAX_STREAMS,
      open: (request) =>
        openOutcomeStream(request, {
          authenticate,
          kind,
          decide: access.decide,
          decideNow: access.decideNow,
          idKeys: deriveSealingKeys(secret, 'stream id'),
          installationId: installation.id,
          readAfter: (range) => readOutcomesAfter(pool, range),
          readHead: () => outcomeHead(pool),
          feed,
          options: {
            heartbeatMs: config.HEARTBEAT_INTERVAL,
            recheckMs,
            unknownRightsMs,
            // Not all of them come back at the same moment.
            lifetimeMs: config.STREAM_LIFETIME * (0.9 + Math.random() * 0.1),
          },
          signal: streaming.signal,
          onUnavailable,
          onError: (error) => log.error({ err: error, requestId: request.requestId }, 'stream failed'),
        }),
      onOpened: () => metrics.streams.inc(),
      onEnded: (reason, requestId) => {
        metrics.streams.dec();
        metrics.streamsEnded.inc({ reason });
        log.debug({ reason, requestId }, 'stream ended');
      },
    }),
    fetch: createRouter({
      ...observed,
      routes: routes({
        authenticate,
        operations: createOperations({
          kind,
          decide: access.decide,
          list: (filter, page) => listAppConfigs(pool, filter, page),
          get: (id) => getAppConfig(pool, id),
          insert: (fields, user) => insertAppConfig(pool, fields, user),
          update: (change) => updateAppConfig(pool, change),
          remove: (change) => deleteAppConfig(pool, change),
          history: (id, page) => appConfigHistory(pool, id, page),
        }),
        cursorKeys: deriveSealingKeys(secret, 'cursor'),
        openApi: openApiDocument(),
        onUnavailable,
        passes: (error) => {
          const failure = classifyError(error);
          if (failure !== 'unavailable' && failure !== 'conflict') return false;
          log.warn({ err: error }, 'cannot reach the database');
          return true;
        },
      }),
    }),
    health: {
      notReady: async () => {
        if (signal.aborted) return 'stopping';
        return listener.isConnected() ? database.problem() : 'no LISTEN connection';
      },
    },
    onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
  });
  log.info({ port: server.port, cluster: opened.own.cluster }, 'serving');
  return {
    stop: async () => {
      // Streams never end by themselves, and the server waits for them.
      streaming.abort();
      await server.close();
      await feeding;
      await listener.stop();
      await opened.close();
      await database.close();
      await telemetry.stop();
    },
  };
}
