import type { RolloutBounds } from './plan-rollout.ts';
import { nonZero, withCondition } from './set-status.ts';
import type { Condition, Deployment, ReplicaSet } from './workload-objects.ts';

/** The status that the counts of its ReplicaSets give a Deployment. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  bounds: RolloutBounds,
  now: Date,
): Record<string, unknown> {
  const all = current === undefined ? old : [current, ...old];
  const count = (of: (set: ReplicaSet) => number | undefined) =>
    all.reduce((total, set) => total + (of(set) ?? 0), 0);
  const available = count(({ status }) => status.availableReplicas);
  const replicas = count(({ status }) => status.replicas);
  const updated = current?.status.replicas ?? 0;
  const isAvailable = available >= bounds.desired - bounds.maxUnavailable;
  const conditions = withCondition(
    deployment.status.conditions,
    isAvailable
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
    { updateTimes: true },
  );
  const isThrough = updated === bounds.desired && replicas === bounds.desired && available === bounds.desired;
  return {
    observedGeneration: deployment.metadata.generation,
    ...nonZero({
      replicas,
      updatedReplicas: updated,
      readyReplicas: count(({ status }) => status.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, all.reduce((total, set) => total + set.spec.replicas, 0) - available),
    }),
    terminatingReplicas: count(({ status }) => status.terminatingReplicas),
    conditions: progress(conditions, current, isThrough, now),
  };
}

function progress(
  conditions: readonly Condition[],
  current: ReplicaSet | undefined,
  isThrough: boolean,
  now: Date,
): readonly Condition[] {
  if (current === undefined) return conditions;
  const name = JSON.stringify(current.metadata.name);
  const before = conditions.find(({ type }) => type === 'Progressing');
  const isNew = before?.message?.includes(name) !== true;
  if (isThrough) {
    const message = `ReplicaSet ${name} has successfully progressed.`;
    return set(conditions, 'NewReplicaSetAvailable', message, now);
  }
  if (isNew) return set(conditions, 'NewReplicaSetCreated', `Created new replica set ${name}`, now);
  // A Deployment that was through stays so while it is only scaled or loses a pod.
  if (before?.reason === 'NewReplicaSetAvailable') return conditions;
  const hasBegun = (current.status.readyReplicas ?? 0) > 0;
  return hasBegun
    ? set(conditions, 'ReplicaSetUpdated', `ReplicaSet ${name} is progressing.`, now)
    : conditions;
}

function set(
  conditions: readonly Condition[],
  reason: string,
  message: string,
  now: Date,
): readonly Condition[] {
  const wanted = { type: 'Progressing', status: 'True', reason, message };
  return withCondition(conditions, wanted, now, { updateTimes: true });
}
