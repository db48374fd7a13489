import { timestamp } from '../writes/timestamp.ts';
import { parseCronSchedule } from './cron-schedule.ts';
import { isFinished } from './job-controller.ts';
import { controllerReference } from './owned-object.ts';
import { setStatus } from './set-status.ts';
import type { CronJob, Job } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const minuteMs = 60_000;
/** Times that were missed while the demo stood still are not made up for. */
const maxLateMs = 2 * minuteMs;

/** CronJobs create Jobs at their times and forget the oldest finished ones. */
export const cronJobController: Controller = async (world) => {
  for (const cronJob of world.snapshot.cronJobs) {
    if (cronJob.metadata.deletionTimestamp === undefined) await reconcile(world, cronJob);
  }
};

async function reconcile(world: World, cronJob: CronJob): Promise<void> {
  const { snapshot, api, now } = world;
  const { spec, status } = cronJob;
  const jobs = snapshot
    .ownedBy(snapshot.jobs, cronJob.metadata.uid)
    .filter((job) => job.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  await forget(world, cronJob, jobs, 'Complete', spec.successfulJobsHistoryLimit ?? 3);
  await forget(world, cronJob, jobs, 'Failed', spec.failedJobsHistoryLimit ?? 1);
  const active = jobs.filter((job) => isFinished(job) === undefined);

  let lastScheduleTime = status.lastScheduleTime;
  if (spec.suspend !== true) {
    const dueAt = dueTime(cronJob, now);
    world.wakeAt((Math.floor(now.getTime() / minuteMs) + 1) * minuteMs);
    if (dueAt !== undefined && (spec.concurrencyPolicy !== 'Forbid' || active.length === 0)) {
      if (spec.concurrencyPolicy === 'Replace') for (const job of active) await api.remove(job);
      const job = await createJob(world, cronJob, dueAt);
      lastScheduleTime = timestamp(dueAt);
      if (job !== undefined) active.push(job);
    }
  }
  const completions = jobs.flatMap((job) => job.status.completionTime ?? []).toSorted();
  await setStatus(api, cronJob, {
    ...status,
    active:
      active.length === 0
        ? undefined
        : active.map(({ metadata: { namespace, name, uid, resourceVersion } }) => ({
            apiVersion: 'batch/v1',
            kind: 'Job',
            ...{ name, namespace, resourceVersion, uid },
          })),
    lastScheduleTime,
    ...(completions.length === 0 ? {} : { lastSuccessfulTime: completions.at(-1) }),
  });
}

/** The latest time that is due and has not been served. */
function dueTime({ spec, status, metadata }: CronJob, now: Date): Date | undefined {
  const schedule = parseCronSchedule(spec.schedule);
  const sinceMs = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp ?? '');
  const thisMinuteMs = Math.floor(now.getTime() / minuteMs) * minuteMs;
  for (let atMs = thisMinuteMs; atMs > sinceMs && atMs > now.getTime() - maxLateMs; atMs -= minuteMs) {
    if (schedule?.isDue(new Date(atMs)) === true) return new Date(atMs);
  }
  return undefined;
}

async function createJob({ api, record }: World, cronJob: CronJob, at: Date): Promise<Job | undefined> {
  const { jobTemplate } = cronJob.spec;
  const { namespace } = cronJob.metadata;
  // Named after the minute, so that the same time is never served twice.
  const name = `${cronJob.metadata.name}-${at.getTime() / minuteMs}`;
  const created = await api.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(jobTemplate.metadata?.labels === undefined ? {} : { labels: jobTemplate.metadata.labels }),
      annotations: {
        ...jobTemplate.metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(at),
      },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
  });
  if (created.kind !== 'done') return undefined;
  const message = `Created job ${name}`;
  await record({ component: 'cronjob-controller', about: cronJob, reason: 'SuccessfulCreate', message });
  return created.object as Job;
}

async function forget(
  { api, record }: World,
  cronJob: CronJob,
  jobs: readonly Job[],
  outcome: 'Complete' | 'Failed',
  limit: number,
): Promise<void> {
  const finished = jobs.filter((job) => isFinished(job) === outcome);
  for (const job of finished) {
    const { name } = job.metadata;
    // Said once, as long as the controller is told of the Job as active.
    const wasActive = (cronJob['status'] as { active?: { name: string }[] }).active?.some(
      (a) => a.name === name,
    );
    if (wasActive !== true) continue;
    const message = `Saw completed job: ${name}, condition: ${outcome}`;
    await record({ component: 'cronjob-controller', about: cronJob, reason: 'SawCompletedJob', message });
  }
  for (const job of finished.slice(0, Math.max(0, finished.length - limit))) {
    const removed = await api.remove(job);
    if (removed.kind !== 'done') continue;
    const message = `Deleted job ${job.metadata.name}`;
    await record({ component: 'cronjob-controller', about: cronJob, reason: 'SuccessfulDelete', message });
  }
}
