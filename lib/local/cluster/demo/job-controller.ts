import { timestamp } from '../writes/timestamp.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { isActive, isReady, isTerminating } from './pod-state.ts';
import { setStatus, withCondition } from './set-status.ts';
import type { Condition, Job, Pod } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/** Jobs run pods until enough have succeeded or too many have failed. */
export const jobController: Controller = async (world) => {
  for (const job of world.snapshot.jobs) {
    if (job.metadata.deletionTimestamp === undefined && !isFinished(job)) await reconcile(world, job);
  }
};

/** `Complete` or `Failed`, where the Job is one of them. */
export function isFinished(job: Job): 'Complete' | 'Failed' | undefined {
  const final = job.status.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return final?.type as 'Complete' | 'Failed' | undefined;
}

async function reconcile(world: World, job: Job): Promise<void> {
  const pods = world.snapshot.ownedBy(world.snapshot.pods, job.metadata.uid);
  const counts = {
    active: pods.filter(isActive).length,
    succeeded: pods.filter(({ status }) => status.phase === 'Succeeded').length,
    failed: pods.filter(({ status }) => status.phase === 'Failed').length,
  };
  const outcome = outcomeOf(job, counts);
  if (outcome === undefined) await keepRunning(world, job, pods, counts);
  else {
    if (outcome === 'Failed') for (const pod of pods.filter(isActive)) await world.api.remove(pod);
    await world.record({ component: 'job-controller', about: job, ...endings[outcome].event });
  }
  await setStatus(world.api, job, statusOf(job, pods, counts, outcome, world.now));
}

type Counts = { readonly active: number; readonly succeeded: number; readonly failed: number };
type Outcome = 'Complete' | 'Failed' | undefined;

function outcomeOf({ spec }: Job, { succeeded, failed }: Counts): Outcome {
  if (failed > (spec.backoffLimit ?? 6)) return 'Failed';
  return succeeded >= (spec.completions ?? 1) ? 'Complete' : undefined;
}

async function keepRunning(world: World, job: Job, pods: readonly Pod[], counts: Counts): Promise<void> {
  const { spec } = job;
  if (spec.suspend === true) return;
  const dueMs = retryAtMs(pods, counts.failed);
  if (world.now.getTime() < dueMs) {
    world.wakeAt(dueMs);
    return;
  }
  const wanted = Math.min(spec.parallelism ?? 1, (spec.completions ?? 1) - counts.succeeded);
  for (let i = counts.active; i < wanted; i++) await createPod(world, job);
}

function statusOf(
  { spec, status }: Job,
  pods: readonly Pod[],
  { active, succeeded, failed }: Counts,
  outcome: Outcome,
  now: Date,
): Record<string, unknown> {
  const isOver = outcome !== undefined;
  return {
    ...status,
    startTime: status.startTime ?? (spec.suspend === true ? undefined : timestamp(now)),
    active: isOver ? undefined : active || undefined,
    succeeded: succeeded || undefined,
    failed: failed || undefined,
    ready: isOver ? 0 : pods.filter((pod) => isActive(pod) && isReady(pod)).length,
    terminating: pods.filter(isTerminating).length,
    uncountedTerminatedPods: {},
    ...(isOver ? final(status.conditions, outcome, now) : {}),
  };
}

const endings = {
  Complete: {
    before: { type: 'SuccessCriteriaMet', reason: 'CompletionsReached' },
    message: 'Reached expected number of succeeded pods',
    event: { type: 'Normal', reason: 'Completed', message: 'Job completed' },
  },
  Failed: {
    before: { type: 'FailureTarget', reason: 'BackoffLimitExceeded' },
    message: 'Job has reached the specified backoff limit',
    event: {
      type: 'Warning',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    },
  },
} as const;

function final(
  conditions: readonly Condition[] | undefined,
  outcome: 'Complete' | 'Failed',
  now: Date,
): { conditions: readonly object[]; completionTime?: string } {
  const { before, message } = endings[outcome];
  const probed = [
    { ...before, status: 'True', message },
    { ...before, type: outcome, status: 'True', message },
  ].reduce<readonly Condition[]>((all, condition) => withCondition(all, condition, now), conditions ?? []);
  return {
    conditions: probed.map((condition) => ({ lastProbeTime: timestamp(now), ...condition })),
    // Only Jobs that are complete have one.
    ...(outcome === 'Complete' ? { completionTime: timestamp(now) } : {}),
  };
}

/** Failed pods are followed by another one ten seconds later, then twenty, up to six minutes. */
function retryAtMs(pods: readonly Pod[], failed: number): number {
  if (failed === 0) return 0;
  const ends = pods.flatMap(({ status }) =>
    (status.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? '') || 0),
  );
  return Math.max(0, ...ends) + Math.min(360_000, 10_000 * 2 ** (failed - 1));
}

async function createPod({ api, record }: World, job: Job): Promise<void> {
  const generateName = `${job.metadata.name}-`;
  const created = await api.create(podFromTemplate(job, job.spec.template, { generateName }));
  if (created.kind !== 'done') return;
  await record({
    component: 'job-controller',
    about: job,
    reason: 'SuccessfulCreate',
    message: `Created pod: ${created.object.metadata.name}`,
  });
}
