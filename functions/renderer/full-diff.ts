import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { compareAll, type Difference, type PruneLimits, pruneObstacle } from './compare-all.ts';
import type { Reconciled, ReconcileRequest } from './reconcile.ts';
import type { RenderTarget } from './render-target.ts';

export type FullDiffDependencies = {
  readonly target: RenderTarget;
  readonly listInputs: () => Promise<readonly RenderInput[]>;
  readonly reconcile: (id: string, request: ReconcileRequest) => Promise<Reconciled> | 'full';
  readonly pruneLimits: PruneLimits;
  readonly observe: (result: FullDiffResult) => void;
};

export type FullDiffResult = {
  readonly difference: Difference;
  /** Why orphans were left where they are; undefined where there were none or they were removed. */
  readonly heldBack: string | undefined;
};

/** Asked for at a time; the queue runs fewer. */
const atOnce = 100;

/** Compares all rows with all of the target, puts right what differs and removes what belongs to nobody. */
export async function runFullDiff(deps: FullDiffDependencies): Promise<FullDiffResult> {
  // In this order: see compareAll.
  const items = await deps.target.list();
  const difference = compareAll(items, await deps.listInputs());
  const heldBack = pruneObstacle(difference, deps.pruneLimits);
  const { toRender, orphans, vanished } = difference;
  deps.observe({ difference, heldBack });
  await reconcileAll(toRender, false, deps);
  if (heldBack === undefined) {
    await reconcileAll(vanished, true, deps);
    if (orphans.length > 0) await deps.target.removeOrphans(orphans);
  }
  return { difference, heldBack };
}

async function reconcileAll(
  ids: readonly string[],
  prune: boolean,
  deps: FullDiffDependencies,
): Promise<void> {
  const request: ReconcileRequest = { minGeneration: 0, force: true, prune, hintNames: [] };
  for (let from = 0; from < ids.length; from += atOnce) {
    // Those for which the queue is full now are found again by the next comparison.
    const pending = ids.slice(from, from + atOnce).map(async (id) => deps.reconcile(id, request));
    await Promise.all(pending);
  }
}
