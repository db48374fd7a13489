import { objectSelectorMatcher } from '../../../core/object-label-selector.ts';
import { isActive, isReady } from './pod-state.ts';
import { setStatus, withCondition } from './set-status.ts';
import type { Condition, DisruptionBudget } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/** PodDisruptionBudgets say how many of their pods may go at the moment. */
export const disruptionController: Controller = async (world) => {
  for (const budget of world.snapshot.disruptionBudgets) {
    if (budget.metadata.deletionTimestamp === undefined) await reconcile(world, budget);
  }
};

async function reconcile({ snapshot, api, now }: World, budget: DisruptionBudget): Promise<void> {
  const { spec, metadata } = budget;
  const matches = objectSelectorMatcher(spec.selector);
  const pods = snapshot.pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace && isActive(pod) && matches(pod.metadata.labels ?? {}),
  );
  const healthy = pods.filter(isReady).length;
  const desired =
    spec.maxUnavailable === undefined
      ? share(spec.minAvailable ?? 1, pods.length)
      : Math.max(0, pods.length - share(spec.maxUnavailable, pods.length));
  const allowed = pods.length === 0 ? 0 : Math.max(0, healthy - desired);
  const { conditions } = (budget['status'] ?? {}) as { conditions?: readonly Condition[] };
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: metadata.generation,
  };
  await setStatus(api, budget, {
    observedGeneration: metadata.generation,
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    expectedPods: pods.length,
    conditions: withCondition(conditions, condition, now),
  });
}

/** A number, or a percentage of all pods, rounded up. */
function share(value: number | string, of: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) * of) / 100);
}
