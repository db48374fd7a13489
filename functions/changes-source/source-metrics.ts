import type { ChangeSourceStatus } from '../../lib/postgres/replication/change-source.ts';
import { latencyBucketsSeconds } from '../../lib/telemetry/latency-buckets.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';
import type { ChangeDeliveryEvent } from './deliver-change.ts';

/** Registers the function's metrics; figures of the source are asked when they are read. */
export function createSourceMetrics(
  metrics: Metrics,
  options: { readonly status: () => ChangeSourceStatus; readonly now: () => number },
): { readonly observe: (event: ChangeDeliveryEvent) => void } {
  const { status } = options;
  const changes = metrics.counter('kubemirror_changes_total', 'Changes by what became of them', [
    'type',
    'outcome',
  ]);
  const sinkSeconds = metrics.histogram(
    'kubemirror_change_sink_seconds',
    'From the first attempt to the acknowledgement of the sink, retries included',
    { buckets: latencyBucketsSeconds },
  );
  const lagSeconds = metrics.histogram(
    'kubemirror_change_lag_seconds',
    'From the commit in the database to the acknowledgement of the sink',
    { buckets: latencyBucketsSeconds },
  );
  metrics.gauge('kubemirror_changes_in_flight', 'Changes under way to the sink', [], (gauge) => {
    gauge.set(status().inFlight);
  });
  metrics.gauge('kubemirror_changes_waiting', 'Changes read and not yet under way', [], (gauge) => {
    gauge.set(status().waiting);
  });
  metrics.gauge('kubemirror_change_copies', 'Full copies of the followed tables', [], (gauge) => {
    gauge.set(status().copies);
  });
  metrics.gauge('kubemirror_change_source_role', 'What this process is doing', ['role'], (gauge) => {
    gauge.reset();
    gauge.set({ role: status().role }, 1);
  });
  metrics.gauge('kubemirror_slot_state', 'How safe the slot is (wal_status)', ['state'], (gauge) => {
    gauge.reset();
    const { backlog } = status();
    if (backlog !== undefined) gauge.set({ state: backlog.state }, 1);
  });
  const backlogGauge = (
    name: string,
    help: string,
    read: (backlog: NonNullable<ChangeSourceStatus['backlog']>) => number | undefined,
  ) => {
    metrics.gauge(name, help, [], (gauge) => {
      const { backlog } = status();
      const value = backlog === undefined ? undefined : read(backlog);
      if (value === undefined) gauge.reset();
      else gauge.set(value);
    });
  };
  backlogGauge(
    'kubemirror_slot_retained_bytes',
    'Log or table space that the database keeps for this source',
    (backlog) => backlog.retainedBytes,
  );
  backlogGauge(
    'kubemirror_slot_unconfirmed_bytes',
    'Log written since the acknowledged position',
    (backlog) => backlog.unconfirmedBytes,
  );
  backlogGauge(
    'kubemirror_slot_safe_bytes',
    'Log that may be written before the slot can be lost; absent where unlimited',
    (backlog) => backlog.safeBytes,
  );

  return {
    observe: (event) => {
      changes.inc({ type: event.event.type, outcome: event.kind });
      if (event.kind !== 'accepted') return;
      sinkSeconds.observe(event.durationMs / 1_000);
      const committedAtMs = Date.parse(event.event.time ?? '');
      if (!Number.isNaN(committedAtMs))
        lagSeconds.observe(Math.max(0, options.now() - committedAtMs) / 1_000);
    },
  };
}
