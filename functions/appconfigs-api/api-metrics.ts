import type { ServedRequest } from '../../lib/http/create-router.ts';
import { createHttpMetrics } from '../../lib/telemetry/http-metrics.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';

/** What the API counts, under the names of the presenters. */
export function createApiMetrics(metrics: Metrics): {
  readonly served: (served: ServedRequest) => void;
  readonly streams: { readonly inc: () => void; readonly dec: () => void };
  readonly streamsEnded: { readonly inc: (labels: { reason: string }) => void };
  readonly unanswered: { readonly inc: (labels: { cluster: string }) => void };
} {
  return {
    served: createHttpMetrics(metrics),
    streams: metrics.gauge('kubemirror_streams_open', 'Streams that are open'),
    streamsEnded: metrics.counter('kubemirror_streams_ended_total', 'Streams that ended, by why', ['reason']),
    unanswered: metrics.counter(
      'kubemirror_access_unanswered_total',
      'Questions about rights that nobody answered',
      ['cluster'],
    ),
  };
}
