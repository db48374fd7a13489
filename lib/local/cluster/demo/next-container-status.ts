import { createHash } from 'node:crypto';
import { timestamp } from '../writes/timestamp.ts';
import type { ContainerBehaviour } from './container-behaviour.ts';
import type { Container, ContainerState, ContainerStatus } from './workload-objects.ts';

/** What a kubelet says about a step of a container. */
export type ContainerNote = {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
};

export type ContainerStep = {
  readonly status: ContainerStatus;
  readonly notes: readonly ContainerNote[];
  /** When the next step is due, in epoch milliseconds; absent while nothing will happen by itself. */
  readonly nextAtMs?: number;
};

type Moment = {
  readonly container: Container;
  readonly behaviour: ContainerBehaviour;
  readonly restartPolicy: string;
  /** `<pod>_<namespace>(<uid>)`, as the messages name it. */
  readonly podTitle: string;
  /** When the node took the pod, in epoch milliseconds. */
  readonly startedAtMs: number;
  readonly nowMs: number;
};

const firstBackOffMs = 10_000;
/** A real kubelet goes up to five minutes; a demo should show more of it. */
const maxBackOffMs = 80_000;
const pullBackOffMs = 15_000;

/** The next state of a container, from its status alone: the first one where there is none yet. */
export function nextContainerStatus(before: ContainerStatus | undefined, moment: Moment): ContainerStep {
  const { container, behaviour, startedAtMs, nowMs } = moment;
  if (before === undefined) {
    const pulling: ContainerNote = {
      type: 'Normal',
      reason: 'Pulling',
      message: `Pulling image "${container.image}"`,
    };
    return {
      status: statusOf(container, { waiting: { reason: 'ContainerCreating' } }),
      notes: mustPull(moment) ? [pulling] : [],
      nextAtMs: startedAtMs + behaviour.startMs,
    };
  }
  if (before.state.waiting !== undefined) return leaveWaiting(before, before.state.waiting.reason, moment);
  if (before.state.running !== undefined) {
    return keepRunning(before, Date.parse(before.state.running.startedAt), moment);
  }
  const ended = before.state.terminated;
  if (ended === undefined) return { status: before, notes: [] };
  const isOver =
    moment.restartPolicy === 'Never' || (moment.restartPolicy === 'OnFailure' && ended.exitCode === 0);
  if (isOver) return { status: before, notes: [] };
  const backOff = backOffMs(before.restartCount);
  const waiting = {
    reason: 'CrashLoopBackOff',
    message: `back-off ${backOff / 1_000}s restarting failed container=${container.name} pod=${moment.podTitle}`,
  };
  return {
    status: { ...before, state: { waiting }, lastState: { terminated: ended } },
    notes: [backOffNote(moment)],
    nextAtMs: Math.min(Date.parse(ended.finishedAt) + backOff, nowMs + pullBackOffMs),
  };
}

function leaveWaiting(before: ContainerStatus, reason: string, moment: Moment): ContainerStep {
  const { container, behaviour, startedAtMs, nowMs } = moment;
  if (reason === 'CrashLoopBackOff') {
    const finishedAt = before.lastState.terminated?.finishedAt ?? '';
    const dueMs = Date.parse(finishedAt) + backOffMs(before.restartCount);
    if (nowMs < dueMs) {
      return {
        status: before,
        notes: [backOffNote(moment)],
        nextAtMs: Math.min(dueMs, nowMs + pullBackOffMs),
      };
    }
    return start({ ...before, restartCount: before.restartCount + 1 }, moment, [alreadyPresent(container)]);
  }
  if (nowMs < startedAtMs + behaviour.startMs) {
    return { status: before, notes: [], nextAtMs: startedAtMs + behaviour.startMs };
  }
  if (behaviour.imageMissing) return failToPull(before, reason, moment);
  const pulled = mustPull(moment)
    ? {
        type: 'Normal' as const,
        reason: 'Pulled',
        message: `Successfully pulled image "${container.image}" in ${Math.round(behaviour.startMs)}ms`,
      }
    : alreadyPresent(container);
  return start(before, moment, [pulled]);
}

function failToPull(before: ContainerStatus, reason: string, { container, nowMs }: Moment): ContainerStep {
  const problem = `failed to pull and unpack image "${container.image}": not found`;
  const failed: ContainerNote[] = [
    { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${container.image}": ${problem}` },
    { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
  ];
  const backingOff: ContainerNote[] = [
    { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${container.image}"` },
    { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
  ];
  const isFirst = reason !== 'ErrImagePull' && reason !== 'ImagePullBackOff';
  const waiting = isFirst
    ? { reason: 'ErrImagePull', message: problem }
    : { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image}": ${problem}` };
  return {
    status: { ...before, state: { waiting } },
    notes: isFirst ? failed : backingOff,
    nextAtMs: nowMs + pullBackOffMs,
  };
}

function start(before: ContainerStatus, moment: Moment, notes: readonly ContainerNote[]): ContainerStep {
  const { container, behaviour, nowMs } = moment;
  const containerID = containerId(`${moment.podTitle}/${container.name}/${before.restartCount}`);
  const status: ContainerStatus = {
    ...before,
    containerID,
    imageID: `${container.image.replace(/:[^:/]*$/, '')}@sha256:${sha256(container.image)}`,
    started: true,
    ready: behaviour.readyMs === 0,
    state: { running: { startedAt: timestamp(new Date(nowMs)) } },
  };
  return {
    status,
    notes: [
      ...notes,
      { type: 'Normal', reason: 'Created', message: `Created container: ${container.name}` },
      { type: 'Normal', reason: 'Started', message: `Started container ${container.name}` },
    ],
    nextAtMs: nowMs + Math.min(behaviour.readyMs || Infinity, behaviour.endsAfterMs ?? Infinity),
  };
}

function keepRunning(before: ContainerStatus, sinceMs: number, moment: Moment): ContainerStep {
  const { container, behaviour, nowMs } = moment;
  const endsAtMs = sinceMs + (behaviour.endsAfterMs ?? Infinity);
  if (nowMs >= endsAtMs) {
    const state: ContainerState = {
      terminated: {
        exitCode: behaviour.exitCode,
        reason: behaviour.exitCode === 0 ? 'Completed' : 'Error',
        startedAt: timestamp(new Date(sinceMs)),
        finishedAt: timestamp(new Date(nowMs)),
        containerID: before.containerID ?? '',
      },
    };
    return { status: { ...before, ready: false, started: false, state }, notes: [], nextAtMs: nowMs };
  }
  const readyAtMs = sinceMs + behaviour.readyMs;
  if (before.ready || nowMs >= readyAtMs) {
    return { status: { ...before, ready: true }, notes: [], nextAtMs: endsAtMs };
  }
  // The first probe comes before the program listens, now and then.
  const unhealthy: ContainerNote = {
    type: 'Warning',
    reason: 'Unhealthy',
    message: probeFailure(container),
  };
  const isSlow = behaviour.readyMs > 2_200 && nowMs > sinceMs + 1_000;
  return {
    status: before,
    notes: isSlow ? [unhealthy] : [],
    nextAtMs: Math.min(readyAtMs, endsAtMs),
  };
}

function probeFailure({ readinessProbe }: Container): string {
  const what =
    readinessProbe?.['httpGet'] === undefined
      ? 'connect: connection refused'
      : 'HTTP probe failed with statuscode: 503';
  return `Readiness probe failed: ${what}`;
}

function statusOf(container: Container, state: ContainerState): ContainerStatus {
  return {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state,
    lastState: {},
  };
}

function backOffMs(restarts: number): number {
  return Math.min(maxBackOffMs, firstBackOffMs * 2 ** restarts);
}

function backOffNote({ container, podTitle }: Moment): ContainerNote {
  return {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${container.name} in pod ${podTitle}`,
  };
}

/** The nodes have every image whose first start is quick. */
function mustPull({ behaviour }: Moment): boolean {
  return behaviour.startMs > 800 || behaviour.imageMissing;
}

function alreadyPresent({ image }: Container): ContainerNote {
  return {
    type: 'Normal',
    reason: 'Pulled',
    message: `Container image "${image}" already present on machine`,
  };
}

function containerId(text: string): string {
  return `containerd://${sha256(text)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
