import type { Delivery, DeliveryEvent } from '../core/create-delivery.ts';
import type { ReflectorEvent } from '../core/reflector-change.ts';
import { latencyBucketsSeconds } from './latency-buckets.ts';
import type { Metrics } from './metrics.ts';

export type WatcherMetrics = {
  readonly onDelivery: (event: DeliveryEvent) => void;
  readonly onAttempt: (attempt: { readonly status: number | undefined; readonly durationMs: number }) => void;
  readonly onReflector: (event: ReflectorEvent) => void;
};

/** What a gauge asks a reflector. */
export type ReflectorFigures = {
  readonly status: () => { readonly phase: string };
  readonly known: { readonly size: () => number };
};

/** Figures that both watchers have; labels never hold names or namespaces. */
export function watcherMetrics(
  metrics: Metrics,
  sources: {
    readonly delivery: () =>
      | Pick<Delivery, 'inFlight' | 'waiting' | 'setAside' | 'oldestSinceMs'>
      | undefined;
    readonly reflectors: () => readonly ReflectorFigures[];
    readonly nowMs: () => number;
  },
): WatcherMetrics {
  const emitted = metrics.counter('kubemirror_events_emitted_total', 'Events that the sink acknowledged', [
    'type',
  ]);
  const refused = metrics.counter('kubemirror_events_refused_total', 'Events that the sink will never take', [
    'status',
  ]);
  const setAside = metrics.counter(
    'kubemirror_events_set_aside_total',
    'Events that failed while others got through',
  );
  const attempts = metrics.histogram(
    'kubemirror_sink_attempt_seconds',
    'Duration of one POST to the sink, failed ones included',
    { buckets: latencyBucketsSeconds, labels: ['status'] },
  );
  const interruptions = metrics.counter(
    'kubemirror_reflector_interruptions_total',
    'Lists and watches that ended, by how',
    ['attempt', 'end'],
  );
  const lists = metrics.counter('kubemirror_lists_total', 'Lists that were read to their end', ['content']);
  const gone = metrics.counter(
    'kubemirror_deletes_found_by_list_total',
    'Deletions that no watch event told of',
  );
  const duplicates = metrics.counter('kubemirror_duplicate_changes_total', 'Changes that were known already');
  gauges(metrics, sources);

  return {
    onDelivery: (event) => {
      if (event.kind === 'accepted') emitted.inc({ type: event.type });
      if (event.kind === 'refused') refused.inc({ status: String(event.status) });
      if (event.kind === 'set-aside') setAside.inc();
    },
    onAttempt: ({ status, durationMs }) => {
      attempts.observe({ status: String(status ?? 'none') }, durationMs / 1_000);
    },
    onReflector: (event) => {
      switch (event.kind) {
        case 'listed':
          lists.inc({ content: event.content });
          gone.inc(event.gone);
          break;
        case 'interrupted':
          interruptions.inc({ attempt: event.attempt, end: event.end });
          break;
        case 'duplicate':
          duplicates.inc();
          break;
        case 'watching':
        case 'not-served':
          break;
      }
    },
  };
}

function gauges(metrics: Metrics, sources: Parameters<typeof watcherMetrics>[1]): void {
  metrics.gauge('kubemirror_events_in_flight', 'Events sent and not yet acknowledged', [], (gauge) => {
    gauge.set(sources.delivery()?.inFlight() ?? 0);
  });
  metrics.gauge('kubemirror_events_set_aside', 'Events set aside now', [], (gauge) => {
    gauge.set(sources.delivery()?.setAside() ?? 0);
  });
  metrics.gauge('kubemirror_oldest_event_seconds', 'Age of the oldest event in flight', [], (gauge) => {
    const sinceMs = sources.delivery()?.oldestSinceMs();
    gauge.set(sinceMs === undefined ? 0 : (sources.nowMs() - sinceMs) / 1_000);
  });
  metrics.gauge('kubemirror_reflectors', 'Reflectors by phase', ['phase'], (gauge) => {
    gauge.reset();
    for (const reflector of sources.reflectors()) gauge.inc({ phase: reflector.status().phase });
  });
  metrics.gauge('kubemirror_known_objects', 'Objects whose version is known', [], (gauge) => {
    gauge.set(sources.reflectors().reduce((sum, reflector) => sum + reflector.known.size(), 0));
  });
}
