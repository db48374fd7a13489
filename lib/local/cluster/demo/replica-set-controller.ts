import { podFromTemplate } from './pod-from-template.ts';
import { isActive, isReady, isTerminating } from './pod-state.ts';
import { nonZero, setStatus } from './set-status.ts';
import type { Pod, ReplicaSet } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/** At most so many pods of one ReplicaSet come or go in one pass. */
const maxBurst = 50;

/** ReplicaSets have as many pods as they ask for. */
export const replicaSetController: Controller = async (world) => {
  for (const set of world.snapshot.replicaSets) {
    if (set.metadata.deletionTimestamp === undefined) await reconcile(world, set);
  }
};

async function reconcile(world: World, set: ReplicaSet): Promise<void> {
  const pods = world.snapshot.ownedBy(world.snapshot.pods, set.metadata.uid);
  const active = pods.filter(isActive);
  const missing = Math.min(maxBurst, set.spec.replicas - active.length);
  for (let i = 0; i < missing; i++) await createPod(world, set);
  if (missing < 0) {
    const surplus = active.toSorted(byUsefulness).slice(0, Math.min(maxBurst, -missing));
    for (const pod of surplus) await removePod(world, set, pod);
  }
  const ready = active.filter(isReady).length;
  await setStatus(world.api, set, {
    observedGeneration: set.metadata.generation,
    replicas: active.length,
    ...nonZero({ fullyLabeledReplicas: active.length, readyReplicas: ready, availableReplicas: ready }),
    terminatingReplicas: pods.filter(isTerminating).length,
  });
}

async function createPod({ api, record }: World, set: ReplicaSet): Promise<void> {
  const generateName = `${set.metadata.name}-`;
  const created = await api.create(podFromTemplate(set, set.spec.template, { generateName }));
  if (created.kind !== 'done') return;
  await record({
    component: 'replicaset-controller',
    about: set,
    reason: 'SuccessfulCreate',
    message: `Created pod: ${created.object.metadata.name}`,
  });
}

async function removePod({ api, record }: World, set: ReplicaSet, pod: Pod): Promise<void> {
  const removed = await api.remove(pod);
  if (removed.kind !== 'done') return;
  await record({
    component: 'replicaset-controller',
    about: set,
    reason: 'SuccessfulDelete',
    message: `Deleted pod: ${pod.metadata.name}`,
  });
}

/** Which pods go first: those without a node, not running, not ready, and then the youngest. */
function byUsefulness(a: Pod, b: Pod): number {
  return (
    Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
    Number(a.status.phase === 'Running') - Number(b.status.phase === 'Running') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    compare(b.metadata.creationTimestamp ?? '', a.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
