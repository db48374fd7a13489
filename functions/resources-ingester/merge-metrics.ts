import type { ManifestComparison } from '../../lib/postgres/compare-manifest.ts';
import type { ResourceBatchCounts } from '../../lib/postgres/resource-writer.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';

/** What merges and manifests did to the tables. */
export function createMergeMetrics(metrics: Metrics): {
  readonly batch: (counts: ResourceBatchCounts) => void;
  readonly manifest: (comparison: ManifestComparison) => void;
} {
  const rows = metrics.counter('kubemirror_merged_rows_total', 'Rows of resources written, by change', [
    'change',
  ]);
  const filled = metrics.counter(
    'kubemirror_compositions_filled_total',
    'Earlier rows that got their composition late',
    ['table'],
  );
  const drift = metrics.counter(
    'kubemirror_drift_objects_total',
    'Objects that manifests found missing, stale, left over or wrongly deleted',
    ['kind'],
  );
  return {
    batch: (counts) => {
      rows.inc({ change: 'inserted' }, counts.inserted);
      rows.inc({ change: 'updated' }, counts.updated);
      rows.inc({ change: 'deleted' }, counts.deleted);
      filled.inc({ table: 'resources' }, counts.filledResources);
      filled.inc({ table: 'events' }, counts.filledEvents);
    },
    manifest: (comparison) => {
      rows.inc({ change: 'deleted' }, comparison.deleted);
      drift.inc({ kind: 'left-over' }, comparison.deleted);
      drift.inc({ kind: 'revived' }, comparison.revived);
      drift.inc({ kind: 'wanted' }, comparison.wanted.length);
    },
  };
}
