import { latencyBucketsSeconds } from './latency-buckets.ts';
import type { Metrics } from './metrics.ts';

/** What both ingest functions count. Counted by the batch where possible: a labelled count costs a microsecond. */
export type IngestMetrics = {
  readonly received: (type: string) => void;
  readonly batch: (batch: {
    readonly outcomes: readonly { readonly kind: string }[];
    readonly seconds: number;
    /** Age of the batch's oldest event when it was answered: since the watcher saw it. */
    readonly lagSeconds: number;
  }) => void;
};

/** @param options.types event types that are expected; any other counts as `other`, whatever senders make up */
export function createIngestMetrics(
  metrics: Metrics,
  options: {
    readonly types: readonly string[];
    readonly queuedRows: () => number;
    readonly queuedBytes: () => number;
  },
): IngestMetrics {
  const received = metrics.counter('kubemirror_ingest_received_total', 'Events received, by type', ['type']);
  const byType = new Map([...options.types, 'other'].map((type) => [type, received.labels({ type })]));
  const outcomes = metrics.counter('kubemirror_ingest_events_total', 'Events by what became of them', [
    'outcome',
  ]);
  const batchRows = metrics.histogram('kubemirror_ingest_batch_rows', 'Events of one transaction', {
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
  });
  const batchSeconds = metrics.histogram('kubemirror_ingest_batch_seconds', 'Time of one transaction', {
    buckets: latencyBucketsSeconds,
  });
  const lag = metrics.histogram('kubemirror_ingest_lag_seconds', 'From seen by the watcher to answered', {
    buckets: latencyBucketsSeconds,
  });
  metrics.gauge('kubemirror_ingest_queue_rows', 'Events that wait for their transaction', [], (gauge) =>
    gauge.set(options.queuedRows()),
  );
  metrics.gauge('kubemirror_ingest_queue_bytes', 'Bytes that wait for their transaction', [], (gauge) =>
    gauge.set(options.queuedBytes()),
  );
  return {
    received: (type) => (byType.get(type) ?? byType.get('other'))?.inc(),
    batch: (batch) => {
      const counts = new Map<string, number>();
      for (const { kind } of batch.outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const [outcome, count] of counts) outcomes.inc({ outcome }, count);
      batchRows.observe(batch.outcomes.length);
      batchSeconds.observe(batch.seconds);
      lag.observe(batch.lagSeconds);
    },
  };
}
