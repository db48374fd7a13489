import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import { encodeHttpEvent } from '../../lib/cloudevents/encode-http-event.ts';
import { appConfigKind } from '../../lib/core/app-config-kind.ts';
import { createCoalescingQueue } from '../../lib/core/coalescing-queue.ts';
import { fullJitterMs } from '../../lib/core/full-jitter.ts';
import { receiveEvents } from '../../lib/http/receive-events.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { createRenderStore } from '../../lib/postgres/app-configs/render-store.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { openDatabase } from '../../lib/postgres/open-database.ts';
import { runWhileLocked } from '../../lib/postgres/run-while-locked.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import type { RendererConfig } from './config.ts';
import { createFightDetector, defaultFightLimits } from './fight-detector.ts';
import { runFullDiff } from './full-diff.ts';
import { handleChanges } from './handler.ts';
import { openTarget } from './open-target.ts';
import { mergeRequests, type Reconciled, type ReconcileRequest, reconcile } from './reconcile.ts';
import { renderedEvent } from './rendered-event.ts';
import { createRendererMetrics } from './renderer-metrics.ts';
import { runOneAtATime } from './run-one-at-a-time.ts';
import { workInBackground } from './work-in-background.ts';

const functionName = 'renderer';

/** A change event holds a row twice at most. */
const maxEventBytes = 2 * 1024 * 1024;

/** Ids that may wait; beyond that, events are answered 429 and come again. */
const maxKeys = 20_000;

/** Bounds of the wait before a comparison of everything that failed is made again. */
const fullDiffRetry = { baseMs: 2_000, capMs: 120_000 };

export async function startRenderer(
  { config, log, signal }: Start<RendererConfig>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const telemetry = await startTelemetry({ functionName, config });
  const database = await openDatabase({
    config,
    functionName,
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: 30_000,
    schemaQuery: 'select from app_configs, app_config_status, app_config_history limit 0',
    signal,
    log,
  });
  const kind = appConfigKind(config);
  const opened = await openTarget({
    config,
    kind,
    environment,
    log,
    signal,
    onGit: (event) => metrics.git(event),
  });
  const { target } = opened;
  const store = createRenderStore(database.pool, Date.now);
  let isActive = false;

  const queue = createCoalescingQueue<ReconcileRequest, Reconciled>({
    // Those that share a commit wait for it together.
    concurrency:
      target.kind === 'git'
        ? Math.max(config.RENDER_CONCURRENCY, config.GIT_BATCH_MAX)
        : config.RENDER_CONCURRENCY,
    maxKeys,
    merge: mergeRequests,
    run: async (id, request) => {
      const startedAtMs = performance.now();
      const result = await reconcile(id, request, {
        readInput: store.read,
        target,
        record: store.record,
        now: Date.now,
        random: Math.random,
        retry: { baseMs: config.RETRY_BASE, capMs: config.RETRY_CAP },
      });
      metrics.rendered(result, performance.now() - startedAtMs);
      if (result.kind === 'rendered' && result.outcome.reason !== undefined) {
        log.warn({ name: result.name, ...result.outcome }, 'an AppConfig could not be rendered');
      }
      return result;
    },
  });
  const metrics = createRendererMetrics(telemetry.metrics, {
    running: queue.running,
    waiting: queue.waiting,
    isActive: () => isActive,
  });
  const fullDiff = runOneAtATime(
    async () => {
      const result = await runFullDiff({
        target,
        listInputs: store.list,
        reconcile: queue.submit,
        pruneLimits: { maxCount: config.PRUNE_MAX_COUNT, maxPercent: config.PRUNE_MAX_PERCENT },
        observe: metrics.fullDiff,
      });
      const { toRender, orphans, vanished, wanted } = result.difference;
      log.info(
        { wanted, toRender: toRender.length, orphans: orphans.length, vanished: vanished.length },
        'compared everything',
      );
      if (result.heldBack !== undefined) log.error({ why: result.heldBack }, 'Cannot prune: the brake is on');
    },
    {
      onError: (error) => log.warn({ err: error }, 'Cannot compare everything for now'),
      pause: (failures) => sleep(fullJitterMs(fullDiffRetry, failures, Math.random()), signal),
    },
  );
  const request = (id: string, wanted: ReconcileRequest): void => {
    const submitted = queue.submit(id, wanted);
    // What is not taken now is found by the next comparison.
    if (submitted !== 'full')
      submitted.catch((error: unknown) => log.warn({ err: error, id }, 'Cannot render'));
  };

  const server = await serveHttp({
    port: config.PORT,
    raw: receiveEvents({
      decode: decodeHttpEvents,
      paths: {
        '/': telemetry.tracing.receiving((events) =>
          handleChanges(events, {
            reconcile: queue.submit,
            requestFullDiff: fullDiff.request,
            reply: (rendered, cause) =>
              encodeHttpEvent(
                renderedEvent(rendered, {
                  cause,
                  cluster: opened.cluster,
                  kind,
                  target: target.kind,
                  at: new Date(),
                }),
              ),
            classify: classifyError,
            observe: metrics.event,
            onFailure: (error) => log.warn({ err: error }, 'Cannot render for now'),
          }),
        ),
      },
      maxBodyBytes: maxEventBytes,
      onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
    }),
    fetch: () => statusResponse(404, 'expected a CloudEvent by POST /'),
    health: { notReady: async () => (signal.aborted ? 'stopping' : database.problem()) },
    onError: (error) => log.error({ err: error }, 'Cannot answer a request'),
  });

  const background = runWhileLocked({
    connection: connectionSettings(config, 'kubemirror-renderer-active'),
    name: 'renderer',
    signal,
    work: async (active) => {
      isActive = true;
      log.info({}, 'watching for drift');
      try {
        await workInBackground(
          {
            findDue: store.findDue,
            reconcile: queue.submit,
            runFullDiff: fullDiff.run,
            followTarget: (following) =>
              opened.follow(
                {
                  readInput: store.read,
                  request,
                  requestFullDiff: fullDiff.request,
                  fights: createFightDetector(Date.now, defaultFightLimits),
                  observe: metrics.drift,
                },
                following,
              ),
            untoldAfterMs: config.UNTOLD_AFTER,
            intervalMs: config.RECONCILE_INTERVAL,
            random: Math.random,
            log,
          },
          active,
        );
      } finally {
        isActive = false;
      }
    },
    onError: (error) => log.warn({ err: error }, 'Cannot watch for drift for now'),
  });

  return {
    stop: async () => {
      await server.close();
      await background;
      await fullDiff.idle();
      await queue.drained();
      await opened.close();
      await database.close();
      await telemetry.stop();
    },
  };
}
