import type { Log } from '../../lib/runtime/log.ts';
import { repeat } from '../../lib/runtime/repeat.ts';
import type { Reconciled, ReconcileRequest } from './reconcile.ts';

/** How often the database is asked for AppConfigs whose time has come. */
const duePollMs = 1_000;
const dueLimit = 200;

export type BackgroundOptions = {
  readonly findDue: (options: {
    readonly untoldAfterMs: number;
    readonly limit: number;
  }) => Promise<string[]>;
  readonly reconcile: (id: string, request: ReconcileRequest) => Promise<Reconciled> | 'full';
  readonly runFullDiff: () => Promise<void>;
  /** Follows the target until the signal aborts. */
  readonly followTarget: (signal: AbortSignal) => Promise<void>;
  readonly untoldAfterMs: number;
  readonly intervalMs: number;
  readonly random: () => number;
  readonly log: Log;
};

/**
 * What one renderer of all does besides events: tries failed ones again when they are due, finds changes that no
 * event told of, watches for drift, and compares everything now and then.
 */
export async function workInBackground(options: BackgroundOptions, signal: AbortSignal): Promise<void> {
  const { log } = options;
  const tellError = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  await options.runFullDiff().catch(tellError('Cannot compare everything for now'));
  const due = repeat(() => reconcileDue(options), {
    everyMs: () => duePollMs,
    signal,
    onError: tellError('Cannot look for what is due'),
  });
  const diffs = repeat(options.runFullDiff, {
    // Spread, so that several installations do not list at the same moment.
    everyMs: () => options.intervalMs * (0.9 + 0.2 * options.random()),
    signal,
    onError: tellError('Cannot compare everything for now'),
  });
  const following = repeat(() => options.followTarget(signal), {
    everyMs: () => duePollMs,
    signal,
    onError: tellError('Cannot watch the target'),
  });
  await Promise.all([due, diffs, following]);
}

async function reconcileDue(options: BackgroundOptions): Promise<void> {
  const ids = await options.findDue({ untoldAfterMs: options.untoldAfterMs, limit: dueLimit });
  const request: ReconcileRequest = { minGeneration: 0, force: true, prune: false, hintNames: [] };
  // Failures are recorded with the rendering; what throws here is the database.
  await Promise.all(ids.map(async (id) => options.reconcile(id, request)));
}
