import type { KubernetesObject } from '../kubernetes-object.ts';
import { ageOf } from './human-duration.ts';
import { readField, readNumber, readObjects, readText } from './read-fields.ts';
import { columnsOf, type PrintedRow, type TablePrinter } from './table-printer.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What the containers of a pod add up to. */
type Summary = {
  readonly status: string;
  readonly ready: number;
  readonly restarts: number;
  /** When a container last ended before it was restarted. */
  readonly lastRestart: string;
};

/** Pods: the status column tells what the containers do, not only the phase. */
export const podPrinter: TablePrinter = {
  columns: columnsOf('Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*'),
  print: (pod, now) => {
    const sidecars = readObjects(pod, 'spec.initContainers').filter(isSidecar).length;
    const total = readObjects(pod, 'spec.containers').length + sidecars;
    const { status, ready, restarts, lastRestart } = summarize(pod);
    const restartsCell =
      restarts > 0 && lastRestart !== '' ? `${restarts} (${ageOf(lastRestart, now)} ago)` : `${restarts}`;
    const addresses = readObjects(pod, 'status.podIPs');
    return {
      cells: [
        pod.metadata.name ?? '',
        `${ready}/${total}`,
        withDeletion(pod, status),
        restartsCell,
        ageOf(pod.metadata.creationTimestamp, now),
        readText(addresses[0], 'ip') || '<none>',
        readText(pod, 'spec.nodeName') || '<none>',
        readText(pod, 'status.nominatedNodeName') || '<none>',
        readinessGates(pod),
      ],
      ...endConditions(readText(pod, 'status.phase')),
    };
  },
};

function endConditions(phase: string): Pick<PrintedRow, 'conditions'> {
  if (phase !== 'Succeeded' && phase !== 'Failed') return {};
  const message = phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.';
  return { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] };
}

function withDeletion(pod: Readonly<KubernetesObject>, status: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return status;
  if (readText(pod, 'status.reason') === 'NodeLost') return 'Unknown';
  const phase = readText(pod, 'status.phase');
  return phase === 'Succeeded' || phase === 'Failed' ? status : 'Terminating';
}

function summarize(pod: Readonly<KubernetesObject>): Summary {
  const conditions = readObjects(pod, 'status.conditions');
  const isGated = conditions.some(
    (one) => one['type'] === 'PodScheduled' && one['reason'] === 'SchedulingGated',
  );
  const phase = readText(pod, 'status.reason') || readText(pod, 'status.phase');
  const initial = initSummary(pod, isGated ? 'SchedulingGated' : phase);
  const isInitialized = conditions.some((one) => one['type'] === 'Initialized' && one['status'] === 'True');
  if (initial.blocked && !isInitialized) return initial;
  const isReady = conditions.some((one) => one['type'] === 'Ready' && one['status'] === 'True');
  return mainSummary(pod, { ...initial.sidecars, status: initial.status, ready: initial.ready }, isReady);
}

function isSidecar(container: JsonObject | undefined): boolean {
  return container?.['restartPolicy'] === 'Always';
}

/** Init containers run one after the other: the first that has not ended well holds the pod up. */
function initSummary(
  pod: Readonly<KubernetesObject>,
  phase: string,
): Summary & { readonly blocked: boolean; readonly sidecars: Pick<Summary, 'restarts' | 'lastRestart'> } {
  const specs = readObjects(pod, 'spec.initContainers');
  const statuses = readObjects(pod, 'status.initContainerStatuses');
  const all = { restarts: 0, lastRestart: '' };
  const sidecars = { restarts: 0, lastRestart: '' };
  let ready = 0;
  for (const [index, container] of statuses.entries()) {
    const spec = specs.find((one) => one['name'] === container['name']);
    countRestarts(all, container);
    if (isSidecar(spec)) countRestarts(sidecars, container);
    if (readField(container, 'state.terminated.exitCode') === 0) continue;
    if (isSidecar(spec) && container['started'] === true) {
      if (container['ready'] === true) ready += 1;
      continue;
    }
    const status = initStatus(container, index, specs.length);
    return { status, ready, ...all, blocked: true, sidecars };
  }
  return { status: phase, ready, ...all, blocked: false, sidecars };
}

function initStatus(container: JsonObject, index: number, total: number): string {
  const terminated = readField(container, 'state.terminated');
  if (terminated !== undefined && terminated !== null) return `Init:${endReason(terminated)}`;
  const waiting = readText(container, 'state.waiting.reason');
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`;
}

function endReason(terminated: unknown): string {
  const reason = readText(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = readNumber(terminated, 'signal');
  return signal === 0 ? `ExitCode:${readNumber(terminated, 'exitCode')}` : `Signal:${signal}`;
}

function countRestarts(total: { restarts: number; lastRestart: string }, container: JsonObject): void {
  total.restarts += readNumber(container, 'restartCount');
  const finishedAt = readText(container, 'lastState.terminated.finishedAt');
  if (finishedAt > total.lastRestart) total.lastRestart = finishedAt;
}

function mainSummary(pod: Readonly<KubernetesObject>, start: Summary, isReady: boolean): Summary {
  const total = { restarts: start.restarts, lastRestart: start.lastRestart };
  let { status, ready } = start;
  let errorStatus = '';
  let isRunning = false;
  // The first container's state wins, so it is looked at last.
  for (const container of readObjects(pod, 'status.containerStatuses').toReversed()) {
    countRestarts(total, container);
    const waiting = readText(container, 'state.waiting.reason');
    const terminated = readField(container, 'state.terminated');
    if (waiting !== '') status = waiting;
    else if (terminated !== undefined && terminated !== null) {
      status = endReason(terminated);
      if (readNumber(terminated, 'exitCode') !== 0) errorStatus = status;
    } else if (container['ready'] === true && readField(container, 'state.running')) {
      isRunning = true;
      ready += 1;
    }
  }
  if (status === 'Completed') status = completedStatus({ isRunning, isReady, errorStatus });
  return { status, ready, ...total };
}

/** One container has ended well: the pod is what its other containers are. */
function completedStatus(pod: {
  readonly isRunning: boolean;
  readonly isReady: boolean;
  readonly errorStatus: string;
}): string {
  if (pod.isRunning && pod.isReady) return 'Running';
  if (pod.errorStatus !== '') return pod.errorStatus;
  return pod.isRunning ? 'NotReady' : 'Completed';
}

function readinessGates(pod: Readonly<KubernetesObject>): string {
  const gates = readObjects(pod, 'spec.readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = readObjects(pod, 'status.conditions');
  const open = gates.filter((gate) =>
    conditions.some((one) => one['type'] === gate['conditionType'] && one['status'] === 'True'),
  );
  return `${open.length}/${gates.length}`;
}
