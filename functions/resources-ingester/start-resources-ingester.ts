import type { z } from 'zod';
import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import { encodeHttpEvent } from '../../lib/cloudevents/encode-http-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { IngestItem } from '../../lib/core/ingest-outcome.ts';
import { quarantineDeadLetters } from '../../lib/core/quarantine-dead-letters.ts';
import { receiveEvents } from '../../lib/http/receive-events.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { createIngestQueue } from '../../lib/postgres/ingest-queue.ts';
import { createManifestQueue } from '../../lib/postgres/manifest-queue.ts';
import { openDatabase } from '../../lib/postgres/open-database.ts';
import { createResourceWriter, resourceSessionSetUp } from '../../lib/postgres/resource-writer.ts';
import { createWriterSessions } from '../../lib/postgres/writer-session.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { createIngestMetrics } from '../../lib/telemetry/ingest-metrics.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import type { resourcesIngesterConfig } from './config.ts';
import { ingestResources, type ResourcesIngesterDependencies } from './handler.ts';
import { createMergeMetrics } from './merge-metrics.ts';
import { wantedEvent } from './wanted-event.ts';

type Config = Readonly<z.output<typeof resourcesIngesterConfig>>;

const functionName = 'resources-ingester';

/** Serves CloudEvents on PORT until it is stopped. */
export async function startResourcesIngester({ config, log, signal }: Start<Config>): Promise<Running> {
  const telemetry = await startTelemetry({ functionName, config });
  const database = await openDatabase({
    config,
    functionName,
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: config.STATEMENT_TIMEOUT,
    schemaQuery: 'select from resources, resource_history, events, quarantined_events limit 0',
    signal,
    log,
  });
  const sessions = createWriterSessions(database.pool, resourceSessionSetUp);
  const merges = createMergeMetrics(telemetry.metrics);
  const queue = createIngestQueue({
    write: telemetry.tracing.committing(
      createResourceWriter({ sessions, functionName, poison: config.POISON, onBatch: merges.batch }),
    ),
    limits: config,
    onBatch: (batch) => metrics.batch(batch),
  });
  const manifests = createManifestQueue({ sessions, onComparison: merges.manifest });
  const metrics = createIngestMetrics(telemetry.metrics, {
    types: Object.values(eventTypes),
    queuedRows: queue.waitingRows,
    queuedBytes: queue.waitingBytes,
  });
  const onFailure = (error: unknown) => log.warn({ err: error }, 'Cannot store an event for now');
  const deps: ResourcesIngesterDependencies = {
    clusterName: config.CLUSTER_NAME,
    nowMs: Date.now,
    write: queue.add,
    compare: manifests.add,
    classify: classifyError,
    wantedReply: (wanted, manifest) =>
      encodeHttpEvent(wantedEvent(wanted, { manifest, at: new Date(), functionName })),
    onReceived: metrics.received,
    onFailure,
  };
  const quarantine = (item: IngestItem<never>) => queue.add(item, 0);
  const server = await serveHttp({
    port: config.PORT,
    raw: receiveEvents({
      decode: (headers, body) => decodeHttpEvents(headers, body, { data: 'raw' }),
      paths: {
        '/': telemetry.tracing.receiving((events) => ingestResources(events, deps)),
        '/quarantine': (events) => quarantineDeadLetters(events, { quarantine, classify: classifyError }),
      },
      maxBodyBytes: config.MAX_EVENT_BYTES,
      maxBufferedBytes: config.QUEUE_MAX_BYTES,
      onError: (error) => log.error({ err: error }, 'Cannot answer'),
    }),
    fetch: () => statusResponse(404, 'expected a CloudEvent by POST /'),
    health: {
      // Every statement and every wait for a connection has its time, so a queue that stands longer is stuck.
      notLive: () => (queue.oldestMs() > stuckAfterMs(config) ? 'the queue does not move' : undefined),
      notReady: async () => (signal.aborted ? 'stopping' : database.problem()),
    },
    onError: (error) => log.error({ err: error }, 'Cannot answer'),
  });
  return {
    stop: async () => {
      await server.close();
      await queue.drain();
      await manifests.drain();
      await database.close();
      await telemetry.stop();
    },
  };
}

/** A batch may be tried again after conflicts, and be split a few times for its poison. */
function stuckAfterMs(config: Config): number {
  return 10 * config.STATEMENT_TIMEOUT + 60_000;
}
