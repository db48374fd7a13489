import type { Metrics } from '../../lib/telemetry/metrics.ts';
import type { FetchOutcome } from './fetch-wanted.ts';
import type { ReconcileOutcome } from './reconcile.ts';

export type ResourceMetrics = {
  readonly onReconciled: (outcome: ReconcileOutcome) => void;
  readonly onWanted: (outcome: FetchOutcome) => void;
};

/** Figures that only resources-watcher has; labels never hold names or namespaces. */
export function resourceMetrics(metrics: Metrics): ResourceMetrics {
  const missed = metrics.counter(
    'kubemirror_changes_missed_by_watch_total',
    'Objects that a list had newer than the watch had brought by then; above 0 is a bug',
  );
  const rounds = metrics.counter('kubemirror_reconciliations_total', 'Metadata lists sent as manifests', [
    'outcome',
  ]);
  const wanted = metrics.counter(
    'kubemirror_wanted_objects_total',
    'Objects fetched because a database lacked them',
    ['outcome'],
  );
  return {
    onReconciled: (outcome) => {
      rounds.inc({ outcome: outcome.kind });
      if (outcome.kind === 'reconciled') missed.inc(outcome.missedByWatch);
    },
    onWanted: (outcome) => {
      wanted.inc({ outcome: 'emitted' }, outcome.emitted);
      wanted.inc({ outcome: 'missing' }, outcome.missing);
    },
  };
}
