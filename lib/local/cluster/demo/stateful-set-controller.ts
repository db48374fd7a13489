import { ensureRevision } from './ensure-revision.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { isReady, isTerminating } from './pod-state.ts';
import { nonZero, setStatus } from './set-status.ts';
import type { Pod, StatefulSet } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const revisionLabel = 'controller-revision-hash';

/** StatefulSets have pods with fixed names, which come in order, go in the opposite one and keep their names. */
export const statefulSetController: Controller = async (world) => {
  for (const set of world.snapshot.statefulSets) {
    if (set.metadata.deletionTimestamp === undefined) await reconcile(world, set);
  }
};

async function reconcile(world: World, set: StatefulSet): Promise<void> {
  const { snapshot, api } = world;
  const { spec, status, metadata } = set;
  const revision = await ensureRevision(world, set);
  const pods = snapshot.ownedBy(snapshot.pods, metadata.uid).toSorted((a, b) => ordinalOf(a) - ordinalOf(b));
  await takeStep(world, set, pods, revision);

  const live = pods.filter((pod) => !isTerminating(pod));
  const ready = live.filter(isReady).length;
  const updated = live.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length;
  const isThrough = updated === spec.replicas && live.length === spec.replicas && ready === spec.replicas;
  const currentRevision = isThrough ? revision : (status.currentRevision ?? revision);
  const current = live.filter((pod) => pod.metadata.labels?.[revisionLabel] === currentRevision).length;
  await setStatus(api, set, {
    observedGeneration: metadata.generation,
    replicas: live.length,
    ...nonZero({ readyReplicas: ready, currentReplicas: current, updatedReplicas: updated }),
    availableReplicas: ready,
    currentRevision,
    updateRevision: revision,
    collisionCount: 0,
  });
}

/** One step at a time, unless the pods are managed in parallel. */
async function takeStep(
  world: World,
  set: StatefulSet,
  pods: readonly Pod[],
  revision: string,
): Promise<void> {
  const { spec } = set;
  const isParallel = spec.podManagementPolicy === 'Parallel';
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  for (let ordinal = 0; ordinal < spec.replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) await createPod(world, set, ordinal, revision);
    if ((pod === undefined || !isReady(pod) || isTerminating(pod)) && !isParallel) return;
  }
  const surplus = pods.filter((pod) => ordinalOf(pod) >= spec.replicas);
  for (const pod of surplus.toReversed()) {
    if (!isTerminating(pod)) await removePod(world, set, pod);
    if (!isParallel) return;
  }
  if (pods.some(isTerminating)) return;
  const outdated = pods.findLast((pod) => pod.metadata.labels?.[revisionLabel] !== revision);
  if (outdated !== undefined) await removePod(world, set, outdated);
}

async function createPod(
  { api, record }: World,
  set: StatefulSet,
  ordinal: number,
  revision: string,
): Promise<void> {
  const name = `${set.metadata.name}-${ordinal}`;
  const created = await api.create(
    podFromTemplate(set, set.spec.template, {
      name,
      labels: {
        [revisionLabel]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      spec: { hostname: name, ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}) },
    }),
  );
  if (created.kind === 'done') await tell(record, set, 'SuccessfulCreate', `Create Pod ${name}`);
}

async function removePod({ api, record }: World, set: StatefulSet, pod: Pod): Promise<void> {
  const removed = await api.remove(pod);
  if (removed.kind === 'done') await tell(record, set, 'SuccessfulDelete', `Delete Pod ${pod.metadata.name}`);
}

async function tell(record: World['record'], set: StatefulSet, reason: string, deed: string): Promise<void> {
  const message = `${deed} in StatefulSet ${set.metadata.name} successful`;
  await record({ component: 'statefulset-controller', about: set, reason, message });
}

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name ?? '')?.[1] ?? 0);
}
