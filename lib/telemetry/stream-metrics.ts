import type { Metrics } from './metrics.ts';

/** Counts streams that are open, and why they end. */
export function createStreamMetrics(metrics: Metrics): {
  readonly onOpened: () => void;
  /** @param reason one of a few texts, never a client's */
  readonly onEnded: (reason: string) => void;
} {
  const open = metrics.gauge('kubemirror_streams_open', 'Streams that are open');
  const ended = metrics.counter('kubemirror_streams_ended_total', 'Streams that ended, by why', ['reason']);
  return {
    onOpened: () => open.inc(),
    onEnded: (reason) => {
      open.dec();
      ended.inc({ reason });
    },
  };
}
