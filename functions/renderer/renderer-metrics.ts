import { latencyBucketsSeconds } from '../../lib/telemetry/latency-buckets.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';
import type { FullDiffResult } from './full-diff.ts';
import type { GitEvent } from './git-target.ts';
import type { Reconciled } from './reconcile.ts';

/** Registers the function's metrics. */
export function createRendererMetrics(
  metrics: Metrics,
  options: {
    readonly running: () => number;
    readonly waiting: () => number;
    readonly isActive: () => boolean;
  },
): {
  readonly event: (event: { readonly type: string; readonly result: string }) => void;
  readonly rendered: (result: Reconciled, durationMs: number) => void;
  readonly drift: (kind: string) => void;
  readonly fullDiff: (result: FullDiffResult) => void;
  readonly git: (event: GitEvent) => void;
} {
  const events = metrics.counter('kubemirror_renderer_events_total', 'Events by what became of them', [
    'type',
    'result',
  ]);
  const renderings = metrics.counter('kubemirror_renderings_total', 'Renderings by outcome and reason', [
    'outcome',
    'reason',
  ]);
  const seconds = metrics.histogram(
    'kubemirror_rendering_seconds',
    'From the start of a rendering to its record',
    {
      buckets: latencyBucketsSeconds,
    },
  );
  const drift = metrics.counter('kubemirror_rendering_drift_total', 'Changes by others that were noticed', [
    'kind',
  ]);
  const differing = metrics.gauge(
    'kubemirror_rendering_drift_objects',
    'What the last comparison of everything found',
    ['kind'],
  );
  const held = metrics.gauge(
    'kubemirror_prune_held_back',
    'Objects of no AppConfig that the brake has kept from being removed',
  );
  metrics.gauge('kubemirror_renderings_running', 'AppConfigs in the works', [], (gauge) => {
    gauge.set(options.running());
  });
  metrics.gauge('kubemirror_renderings_waiting', 'AppConfigs that wait', [], (gauge) => {
    gauge.set(options.waiting());
  });
  metrics.gauge('kubemirror_renderer_active', 'This process watches for drift', [], (gauge) => {
    gauge.set(options.isActive() ? 1 : 0);
  });
  const commits = metrics.counter('kubemirror_git_commits_total', 'Commits that the remote has taken');
  const rebuilds = metrics.counter(
    'kubemirror_git_rebuilds_total',
    'Commits that were built anew because somebody else pushed first',
  );
  const commitSeconds = metrics.histogram(
    'kubemirror_git_commit_seconds',
    'From the start of a commit until the remote has it, rebuilds included',
    { buckets: latencyBucketsSeconds },
  );
  return {
    event: (event) => events.inc({ type: event.type, result: event.result }),
    rendered: (result, durationMs) => {
      const outcome = result.kind === 'rendered' ? result.outcome.phase : result.kind;
      const reason = result.kind === 'rendered' ? (result.outcome.reason ?? '') : '';
      renderings.inc({ outcome, reason });
      if (result.kind === 'rendered') seconds.observe(durationMs / 1_000);
    },
    drift: (kind) => drift.inc({ kind }),
    fullDiff: ({ difference, heldBack }) => {
      differing.set({ kind: 'to-render' }, difference.toRender.length);
      differing.set({ kind: 'orphan' }, difference.orphans.length);
      differing.set({ kind: 'vanished' }, difference.vanished.length);
      held.set(heldBack === undefined ? 0 : difference.orphans.length + difference.vanished.length);
    },
    git: (event) => {
      if (event.kind === 'rebuilt') rebuilds.inc();
      else {
        commits.inc();
        commitSeconds.observe(event.durationMs / 1_000);
      }
    },
  };
}
