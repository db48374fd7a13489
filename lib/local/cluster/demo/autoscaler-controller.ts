import { setStatus, withCondition } from './set-status.ts';
import type { Autoscaler, Condition } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const intervalMs = 15_000;

const problem =
  'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource ' +
  'metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';

/**
 * HorizontalPodAutoscalers in a cluster without metrics, as this one is: they complain every fifteen seconds,
 * in events whose count grows.
 */
export function createAutoscalerController(): Controller {
  let nextMs = 0;
  return async (world) => {
    if (world.snapshot.autoscalers.length === 0) return;
    const nowMs = world.now.getTime();
    if (nowMs >= nextMs) {
      nextMs = nowMs + intervalMs;
      for (const autoscaler of world.snapshot.autoscalers) await complain(world, autoscaler);
    }
    world.wakeAt(nextMs);
  };
}

async function complain(world: World, autoscaler: Autoscaler): Promise<void> {
  const { record, api, snapshot, now } = world;
  const component = 'horizontal-pod-autoscaler';
  const type = 'Warning';
  await record({ component, about: autoscaler, type, reason: 'FailedGetResourceMetric', message: problem });
  const message = `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${problem}`;
  await record({ component, about: autoscaler, type, reason: 'FailedComputeMetricsReplicas', message });
  const { scaleTargetRef } = autoscaler.spec;
  const target = snapshot.deployments.find(
    ({ metadata }) =>
      metadata.name === scaleTargetRef.name && metadata.namespace === autoscaler.metadata.namespace,
  );
  const status = (autoscaler['status'] ?? {}) as { conditions?: readonly Condition[] };
  const wanted = [
    {
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    },
    {
      type: 'ScalingActive',
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: `the HPA was unable to compute the replica count: ${problem}`,
    },
  ];
  await setStatus(api, autoscaler, {
    ...status,
    conditions: wanted.reduce<readonly Condition[]>(
      (conditions, condition) => withCondition(conditions, condition, now),
      status.conditions ?? [],
    ),
    currentReplicas: target?.spec.replicas ?? 0,
    desiredReplicas: 0,
  });
}
