import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { createAccess } from '../../lib/access/create-access.ts';
import { deriveSealingKeys } from '../../lib/core/sealed-token.ts';
import { createRouter } from '../../lib/http/create-router.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { openClusters } from '../../lib/kubernetes/open-clusters.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { countResources as countRows } from '../../lib/postgres/count-resources.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import { getResource as getRow } from '../../lib/postgres/get-resource.ts';
import { listGroupResources } from '../../lib/postgres/list-group-resources.ts';
import { listResourceNamespaces } from '../../lib/postgres/list-resource-namespaces.ts';
import { listResources as listRows } from '../../lib/postgres/list-resources.ts';
import { readInstallation } from '../../lib/postgres/read-installation.ts';
import { summarizeResources as summarizeRows } from '../../lib/postgres/summarize-resources.ts';
import { waitForDatabase } from '../../lib/postgres/wait-for-database.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { accessHooks } from './access-hooks.ts';
import type { configSchema } from './config.ts';
import { countResources } from './count-resources.ts';
import type { ResourceInventory } from './find-visible.ts';
import { getResource } from './get-resource.ts';
import { listResources } from './list-resources.ts';
import { createPresenterMetrics } from './presenter-metrics.ts';
import { routes } from './routes.ts';
import { summarizeResources } from './summarize-resources.ts';

const functionName = 'resources-presenter';

/** Starts the function: everything it opens is released by `stop`, in reverse order. */
export async function startResourcesPresenter(
  { config, log, signal }: Start<Readonly<z.output<typeof configSchema>>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running & { readonly port: number }> {
  const telemetry = await startTelemetry({ functionName, config });
  const metrics = createPresenterMetrics(telemetry.metrics);
  const pool = createPool({
    connection: connectionSettings(config, functionName),
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: config.QUERY_TIMEOUT,
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
  const { authenticate, clusters } = createAccess(config, opened, {
    now: Date.now,
    random: Math.random,
    sleep: (ms) => sleep(ms, signal).catch(() => undefined),
    ...accessHooks(telemetry.metrics, log),
  });
  const cursorKeys = deriveSealingKeys(config.CURSOR_KEY ?? installation.sealingSecret, 'cursor');
  const inventory: ResourceInventory = {
    resources: (of) => listGroupResources(pool, of),
    namespaces: (of) => listResourceNamespaces(pool, of),
  };
  const server = await serveHttp({
    port: config.PORT,
    fetch: createRouter({
      routes: routes({
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
        onUnavailable: (reason) => log.warn({ reason }, 'cannot verify tokens'),
      }),
      newId: randomUUID,
      now: () => performance.now(),
      onServed: (served) => {
        metrics.served(served);
        log.debug(served, 'served');
      },
      onError: (error, requestId) => log.error({ err: error, requestId }, 'Cannot answer a request'),
    }),
    health: {
      notReady: async () => {
        if (signal.aborted) return 'stopping';
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
      await server.close();
      await opened.close();
      await pool.end();
      await telemetry.stop();
    },
  };
}
