import type { z } from 'zod';
import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import type { EventAnswer } from '../../lib/core/event-answer.ts';
import { unavailableAnswer } from '../../lib/core/ingest-answer.ts';
import { receiveEvents } from '../../lib/http/receive-events.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import type { DatabaseClient } from '../../lib/postgres/database-client.ts';
import { migrate } from '../../lib/postgres/migrate.ts';
import {
  createPartition,
  daysInDefault,
  dropPartition,
  emptyDefault,
  listPartitions,
} from '../../lib/postgres/partitions.ts';
import { purgeDeleted } from '../../lib/postgres/purge-deleted.ts';
import { purgeQuarantine } from '../../lib/postgres/purge-quarantine.ts';
import { waitForDatabase } from '../../lib/postgres/wait-for-database.ts';
import { withMaintenanceLock } from '../../lib/postgres/with-maintenance-lock.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import type { deviserConfig } from './config.ts';
import { type MaintenanceDependencies, type MaintenanceReport, maintain } from './maintain.ts';

type Config = Readonly<z.output<typeof deviserConfig>>;

/** Brings the schema up to date, then keeps partitions, retention and purges in order until it is stopped. */
export async function startDeviser({ config, log, signal }: Start<Config>): Promise<Running> {
  const telemetry = await startTelemetry({ functionName: 'deviser', config });
  const { metrics } = telemetry;
  const rounds = metrics.counter('kubemirror_deviser_rounds_total', 'Rounds of maintenance by outcome', [
    'outcome',
  ]);
  const dropped = metrics.counter('kubemirror_deviser_partitions_dropped_total', 'Partitions dropped');
  const purged = metrics.counter('kubemirror_deviser_rows_purged_total', 'Rows of deleted objects purged');
  const size = metrics.gauge('kubemirror_deviser_partitions_bytes', 'Space of all partitions');

  const connection = connectionSettings(config, 'kubemirror-deviser');
  const pool = createPool({
    connection,
    size: 1,
    statementTimeoutMs: 10_000,
    onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  await waitForDatabase({
    query: () => pool.query('select'),
    timeoutMs: config.DB_READY_TIMEOUT,
    signal,
    onRetry: (error, delayMs) => log.warn({ err: error, delayMs }, 'waiting for PostgreSQL'),
  });
  const applied = await migrate(connection);
  if (applied.length > 0) log.info({ applied }, 'migrated the schema');

  const runRound = async (): Promise<'done' | 'busy'> => {
    const round = await withMaintenanceLock(connection, (client) =>
      maintain(maintenanceOptions(config), dependencies(client, { config, log, signal })),
    );
    if (round.kind === 'busy') {
      log.info({}, 'another replica is at it');
      return 'busy';
    }
    report(round.result);
    if (round.result.failedSteps > 0)
      throw new Error(`Cannot finish maintenance: ${round.result.failedSteps} steps failed`);
    return 'done';
  };
  const report = (result: MaintenanceReport): void => {
    log.info({ ...result, dryRun: config.PM_DRY_RUN }, 'maintenance round');
    size.set(result.bytes);
    dropped.inc(config.PM_DRY_RUN ? 0 : result.dropped.length);
    purged.inc(result.purgedObjects);
  };
  // Requests that come while a round is under way share its outcome.
  let current: Promise<'done' | 'busy'> | undefined;
  const round = (): Promise<'done' | 'busy'> => {
    current ??= runRound().finally(() => {
      current = undefined;
    });
    return current;
  };
  const tryRound = async (): Promise<EventAnswer> => {
    try {
      const outcome = await round();
      rounds.inc({ outcome });
      return { status: outcome === 'done' ? 202 : 204 };
    } catch (error) {
      rounds.inc({ outcome: 'failed' });
      log.error({ err: error }, 'Cannot finish a round of maintenance');
      return unavailableAnswer;
    }
  };

  // Without today's partitions everything works too, so a first round that fails is no reason not to start.
  await tryRound();
  const timer =
    config.MAINTENANCE_INTERVAL === 0
      ? undefined
      : setInterval(() => void tryRound(), config.MAINTENANCE_INTERVAL);
  const server = await serveHttp({
    port: config.PORT,
    raw: receiveEvents({
      decode: (headers, body) => decodeHttpEvents(headers, body, { data: 'raw' }),
      paths: { '/': () => tryRound() },
      maxBodyBytes: 1_000_000,
      maxBufferedBytes: 4_000_000,
      onError: (error) => log.error({ err: error }, 'Cannot answer'),
    }),
    fetch: () => statusResponse(404, 'expected a CloudEvent by POST /'),
    health: {
      notReady: async () => {
        if (signal.aborted) return 'stopping';
        await pool.query('select');
        return undefined;
      },
    },
    onError: (error) => log.error({ err: error }, 'Cannot answer'),
  });
  return {
    stop: async () => {
      clearInterval(timer);
      await server.close();
      await current?.catch(() => {
        // Logged by whoever asked for it.
      });
      await pool.end();
      await telemetry.stop();
    },
  };
}

function maintenanceOptions(config: Config) {
  return {
    daysAhead: config.DB_PARTITIONS_DAYS,
    retentionDays: { events: config.PM_RETENTION_DAYS, resource_history: config.HISTORY_RETENTION_DAYS },
    quotaBytes: config.PM_MAX_PARTITIONS_SIZE,
    triggerRatio: config.PM_TRIGGER_RATIO,
    targetRatio: config.PM_TARGET_RATIO,
    deletedRetentionDays: config.SOFT_DELETE_RETENTION_DAYS,
    quarantineRetentionDays: config.QUARANTINE_RETENTION_DAYS,
    dryRun: config.PM_DRY_RUN,
  };
}

function dependencies(
  client: DatabaseClient,
  { config, log, signal }: Start<Config>,
): MaintenanceDependencies {
  const batchRows = config.SOFT_DELETE_PURGE_BATCH_SIZE;
  return {
    nowMs: Date.now,
    listPartitions: (table) => listPartitions(client, table),
    daysInDefault: (table) => daysInDefault(client, table),
    createPartition: (table, day) => createPartition(client, { table, day }, config.LOCK_TIMEOUT),
    dropPartition: (drop) => dropPartition(client, drop, config.LOCK_TIMEOUT),
    emptyDefault: (table, before) => emptyDefault(client, { table, before, batchRows }, config.LOCK_TIMEOUT),
    purgeDeleted: (before) => purgeDeleted(client, { before, batchRows, signal }),
    purgeQuarantine: (before) => purgeQuarantine(client, before),
    onFailure: (step, error) => log.warn({ err: error, step }, 'Cannot do a step of maintenance'),
  };
}
