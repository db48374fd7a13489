import type { Metrics } from './metrics.ts';

/** Counts how rights are found. */
export function createAccessMetrics(metrics: Metrics): {
  /** Nobody answered a question about rights. */
  readonly onUnknown: (cluster: string) => void;
  /** An evaluated decision was compared with the API server's. */
  readonly onCompared: (cluster: string, agreed: boolean) => void;
} {
  const unanswered = metrics.counter(
    'kubemirror_access_unanswered_total',
    'Questions about rights that nobody answered',
    ['cluster'],
  );
  const compared = metrics.counter(
    'kubemirror_access_compared_total',
    'Evaluated decisions that were compared with the API server',
    ['cluster', 'result'],
  );
  return {
    onUnknown: (cluster) => unanswered.inc({ cluster }),
    onCompared: (cluster, agreed) => compared.inc({ cluster, result: agreed ? 'agreed' : 'disagreed' }),
  };
}
