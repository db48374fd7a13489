import type { ServedRequest } from '../../lib/http/create-router.ts';
import { latencyBucketsSeconds } from '../../lib/telemetry/latency-buckets.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';

/** What the API counts, under the names of the presenters. */
export function createApiMetrics(metrics: Metrics): {
  readonly served: (served: ServedRequest) => void;
  readonly streams: { readonly inc: () => void; readonly dec: () => void };
  readonly streamsEnded: { readonly inc: (labels: { reason: string }) => void };
  readonly unanswered: { readonly inc: (labels: { cluster: string }) => void };
} {
  const requests = metrics.counter('kubemirror_http_requests_total', 'Requests answered', [
    'handler',
    'method',
    'status_code',
  ]);
  const duration = metrics.histogram('kubemirror_http_duration_seconds', 'Time until the answer began', {
    buckets: latencyBucketsSeconds,
    labels: ['handler', 'method'],
  });
  return {
    served: ({ route, method, status, durationMs }) => {
      // A method is free text of the client; labels must not be.
      const known = knownMethods.has(method) ? method : 'other';
      requests.inc({ handler: route, method: known, status_code: String(status) });
      duration.observe({ handler: route, method: known }, durationMs / 1_000);
    },
    streams: metrics.gauge('kubemirror_streams_open', 'Streams that are open'),
    streamsEnded: metrics.counter('kubemirror_streams_ended_total', 'Streams that ended, by why', ['reason']),
    unanswered: metrics.counter(
      'kubemirror_access_unanswered_total',
      'Questions about rights that nobody answered',
      ['cluster'],
    ),
  };
}

const knownMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'OPTIONS',
  'PUT',
  'PATCH',
  'DELETE',
]);
