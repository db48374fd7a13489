import type { z } from 'zod';
import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { IngestItem } from '../../lib/core/ingest-outcome.ts';
import { quarantineDeadLetters } from '../../lib/core/quarantine-dead-letters.ts';
import { receiveEvents } from '../../lib/http/receive-events.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { classifyError } from '../../lib/postgres/classify-error.ts';
import { createEventWriter, eventSessionSetUp } from '../../lib/postgres/event-writer.ts';
import { createIngestQueue } from '../../lib/postgres/ingest-queue.ts';
import { openDatabase } from '../../lib/postgres/open-database.ts';
import { createWriterSessions } from '../../lib/postgres/writer-session.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { createIngestMetrics } from '../../lib/telemetry/ingest-metrics.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import type { eventsIngesterConfig } from './config.ts';
import { type EventsIngesterDependencies, ingestEvents } from './handler.ts';

type Config = Readonly<z.output<typeof eventsIngesterConfig>>;

const functionName = 'events-ingester';

/** Serves CloudEvents on PORT until it is stopped. */
export async function startEventsIngester({ config, log, signal }: Start<Config>): Promise<Running> {
  const telemetry = await startTelemetry({ functionName, config });
  const database = await openDatabase({
    config,
    functionName,
    size: config.DB_POOL_SIZE,
    statementTimeoutMs: config.STATEMENT_TIMEOUT,
    schemaQuery: 'select from resources, events, quarantined_events limit 0',
    signal,
    log,
  });
  const sessions = createWriterSessions(database.pool, eventSessionSetUp);
  const inserted = telemetry.metrics.counter('kubemirror_events_inserted_total', 'Rows of events written');
  const queue = createIngestQueue({
    write: telemetry.tracing.committing(
      createEventWriter({
        sessions,
        functionName,
        poison: config.POISON,
        onBatch: (counts) => inserted.inc(counts.inserted),
      }),
    ),
    limits: config,
    onBatch: (batch) => metrics.batch(batch),
  });
  const metrics = createIngestMetrics(telemetry.metrics, {
    types: Object.values(eventTypes),
    queuedRows: queue.waitingRows,
    queuedBytes: queue.waitingBytes,
  });
  const onFailure = (error: unknown) => log.warn({ err: error }, 'Cannot store an event for now');
  const deps: EventsIngesterDependencies = {
    clusterName: config.CLUSTER_NAME,
    nowMs: Date.now,
    write: queue.add,
    classify: classifyError,
    onReceived: metrics.received,
    onFailure,
  };
  const quarantine = (item: IngestItem<never>) => queue.add(item, 0);
  const server = await serveHttp({
    port: config.PORT,
    raw: receiveEvents({
      decode: (headers, body) => decodeHttpEvents(headers, body, { data: 'raw' }),
      paths: {
        '/': telemetry.tracing.receiving((events) => ingestEvents(events, deps)),
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
      await database.close();
      await telemetry.stop();
    },
  };
}

/** A batch may be tried again after conflicts, and be split a few times for its poison. */
function stuckAfterMs(config: Config): number {
  return 10 * config.STATEMENT_TIMEOUT + 60_000;
}
