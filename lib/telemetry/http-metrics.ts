import { knownMethods } from './known-methods.ts';
import { latencyBucketsSeconds } from './latency-buckets.ts';
import type { Metrics } from './metrics.ts';

/** One answered request. */
type Served = {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
};

/** Counts requests and how long each took until its answer began. */
export function createHttpMetrics(metrics: Metrics): (served: Served) => void {
  const requests = metrics.counter('kubemirror_http_requests_total', 'Requests answered', [
    'handler',
    'method',
    'status_code',
  ]);
  const duration = metrics.histogram('kubemirror_http_duration_seconds', 'Time until the answer began', {
    buckets: latencyBucketsSeconds,
    labels: ['handler', 'method'],
  });
  return ({ route, method, status, durationMs }) => {
    const known = knownMethods.has(method) ? method : 'other';
    requests.inc({ handler: route, method: known, status_code: String(status) });
    duration.observe({ handler: route, method: known }, durationMs / 1_000);
  };
}
