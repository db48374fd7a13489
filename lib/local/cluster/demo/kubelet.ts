import { timestamp } from '../writes/timestamp.ts';
import { containerBehaviour } from './container-behaviour.ts';
import { type ContainerNote, nextContainerStatus } from './next-container-status.ts';
import { isActive, isTerminating } from './pod-state.ts';
import { setStatus, withCondition } from './set-status.ts';
import type { Condition, ContainerStatus, Pod } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/** Stands in for the kubelets of all nodes: moves pods that have a node through their lives. */
export function createKubelet(): Controller {
  const memory: Memory = new Map();
  return async (world) => {
    const { pods } = world.snapshot;
    for (const pod of pods) {
      if (pod.spec.nodeName === undefined) continue;
      if (isTerminating(pod)) await stop(world, pod, memory);
      else if (isActive(pod)) await advance(world, pod, memory);
    }
    const there = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of memory.keys()) if (!there.has(uid)) memory.delete(uid);
  };
}

/** When each warning about a pod was last given, in epoch milliseconds, by its uid. */
type Memory = Map<string, Map<string, number>>;

/** What goes on is not said again at every look. */
const repeatMs = 10_000;

async function stop(world: World, pod: Pod, memory: Memory): Promise<void> {
  for (const { name, state } of pod.status.containerStatuses ?? []) {
    if (state.running === undefined) continue;
    const message = `Stopping container ${name}`;
    await tell(world, pod, name, { type: 'Normal', reason: 'Killing', message }, memory);
  }
}

async function advance(world: World, pod: Pod, memory: Memory): Promise<void> {
  const nowMs = world.now.getTime();
  const { metadata, spec, status } = pod;
  const startTime = status.startTime ?? timestamp(world.now);
  const statuses: ContainerStatus[] = [];
  for (const container of spec.containers) {
    const before = status.containerStatuses?.find(({ name }) => name === container.name);
    const step = nextContainerStatus(before, {
      container,
      behaviour: containerBehaviour(pod, container),
      restartPolicy: spec.restartPolicy,
      podTitle: `${metadata.name}_${metadata.namespace}(${metadata.uid})`,
      startedAtMs: Date.parse(startTime),
      nowMs,
    });
    statuses.push(step.status);
    for (const note of step.notes) await tell(world, pod, container.name, note, memory);
    if (step.nextAtMs !== undefined && Number.isFinite(step.nextAtMs)) world.wakeAt(step.nextAtMs);
  }
  const hasBegun = statuses.every(({ state }) => state.waiting?.reason !== 'ContainerCreating');
  const podIP = status.podIP ?? (hasBegun ? podAddress(metadata.uid) : undefined);
  const hostIP = nodeAddress(world, spec.nodeName);
  await setStatus(world.kubelet, pod, {
    ...pod.status,
    phase: phaseOf(statuses, spec.restartPolicy),
    conditions: conditionsOf(pod, statuses, world.now),
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }),
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    containerStatuses: statuses,
    observedGeneration: metadata.generation,
  });
}

function phaseOf(statuses: readonly ContainerStatus[], restartPolicy: string): string {
  const ended = statuses.filter(({ state }) => state.terminated !== undefined);
  if (restartPolicy !== 'Always' && ended.length === statuses.length) {
    const failed = ended.filter(({ state }) => state.terminated?.exitCode !== 0);
    if (failed.length === 0) return 'Succeeded';
    if (restartPolicy === 'Never') return 'Failed';
  }
  const hasNotRun = ({ state, lastState }: ContainerStatus) =>
    state.waiting !== undefined && lastState.terminated === undefined;
  return statuses.some(hasNotRun) ? 'Pending' : 'Running';
}

function conditionsOf(pod: Pod, statuses: readonly ContainerStatus[], now: Date): readonly Condition[] {
  const hasEnded = phaseOf(statuses, pod.spec.restartPolicy) === 'Succeeded';
  const unready = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const readiness = hasEnded
    ? { status: 'False', reason: 'PodCompleted' }
    : unready.length === 0
      ? { status: 'True' }
      : {
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        };
  const hasSandbox = statuses.every(({ state }) => state.waiting?.reason !== 'ContainerCreating');
  const wanted = [
    { type: 'PodReadyToStartContainers', status: hasSandbox && !hasEnded ? 'True' : 'False' },
    { type: 'Initialized', status: 'True', ...(hasEnded ? { reason: 'PodCompleted' } : {}) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
  ];
  return wanted.reduce<readonly Condition[]>(
    (conditions, condition) => withCondition(conditions, condition, now),
    pod.status.conditions ?? [],
  );
}

async function tell(
  { record, now }: World,
  pod: Pod,
  container: string,
  note: ContainerNote,
  memory: Memory,
): Promise<void> {
  if (!stepsOfLife.has(note.reason)) {
    const said = memory.get(pod.metadata.uid ?? '') ?? new Map<string, number>();
    memory.set(pod.metadata.uid ?? '', said);
    const key = `${container} ${note.reason} ${note.message}`;
    if (now.getTime() - (said.get(key) ?? -Infinity) < repeatMs) return;
    said.set(key, now.getTime());
  }
  const host = pod.spec.nodeName;
  await record({
    component: 'kubelet',
    ...(host === undefined ? {} : { host }),
    about: pod,
    fieldPath: `spec.containers{${container}}`,
    ...note,
  });
}

/** Each of these goes with a change of the status, so it is said once by itself. */
const stepsOfLife = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

function nodeAddress({ snapshot }: World, nodeName: string | undefined): string | undefined {
  const node = snapshot.nodes.find(({ metadata }) => metadata.name === nodeName);
  const { addresses = [] } = (node?.['status'] ?? {}) as { addresses?: { type: string; address: string }[] };
  return addresses.find(({ type }) => type === 'InternalIP')?.address;
}

/** Some address of the pod network; uids are random enough to keep pods apart. */
function podAddress(uid = ''): string {
  const number = Number.parseInt(uid.replaceAll('-', '').slice(0, 4), 16) || 1;
  return `10.244.${number >> 8}.${number & 255 || 1}`;
}
