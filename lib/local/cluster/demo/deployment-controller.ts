import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { deploymentStatus } from './deployment-status.ts';
import { controllerReference } from './owned-object.ts';
import { planRollout, type RolloutBounds, rolloutBounds } from './plan-rollout.ts';
import { setStatus } from './set-status.ts';
import { templateHash } from './template-hash.ts';
import type { Deployment, ReplicaSet } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Deployments get a ReplicaSet for each pod template, roll from one to the next, and tell how far they are. */
export const deploymentController: Controller = async (world) => {
  for (const deployment of world.snapshot.deployments) {
    if (deployment.metadata.deletionTimestamp === undefined) await reconcile(world, deployment);
  }
};

async function reconcile(world: World, deployment: Deployment): Promise<void> {
  const { snapshot, api, now } = world;
  const { metadata, spec } = deployment;
  const hash = templateHash(spec.template);
  const owned = snapshot
    .ownedBy(snapshot.replicaSets, metadata.uid)
    .filter((set) => set.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
  const current = owned.find(({ metadata: { labels } }) => labels?.['pod-template-hash'] === hash);
  const old = owned.filter((set) => set !== current);
  const bounds = rolloutBounds(spec.replicas, spec.strategy.rollingUpdate);

  if (spec.paused !== true) {
    const revision = Math.max(0, ...old.map(revisionOf)) + 1;
    if (current === undefined) await createReplicaSet(world, deployment, { hash, old, bounds, revision });
    else if (revisionOf(current) < revision) {
      // A rollback: the old ReplicaSet becomes the newest revision.
      await annotate(api, current, { [revisionAnnotation]: String(revision) });
    }
    const shown = String(current === undefined ? revision : Math.max(revision, revisionOf(current)));
    if (metadata.annotations?.[revisionAnnotation] !== shown) {
      await annotate(api, deployment, { [revisionAnnotation]: shown });
    }
  }
  if (current !== undefined) {
    for (const { set, replicas } of nextScalings(deployment, current, old, bounds)) {
      await scale(world, deployment, set, replicas, bounds);
    }
    await forgetOldest(world, deployment, old);
  }
  await setStatus(api, deployment, deploymentStatus(deployment, current, old, bounds, now));
}

function nextScalings(
  { spec }: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  bounds: RolloutBounds,
): { set: ReplicaSet; replicas: number }[] {
  const running = old.filter((set) => set.spec.replicas > 0);
  if (spec.paused === true && running.length > 0) return [];
  if (spec.strategy.type === 'Recreate') {
    if (running.length > 0) return running.map((set) => ({ set, replicas: 0 }));
    if (old.some(({ status }) => (status.replicas ?? 0) + (status.terminatingReplicas ?? 0) > 0)) return [];
    return current.spec.replicas === spec.replicas ? [] : [{ set: current, replicas: spec.replicas }];
  }
  const byName = new Map([current, ...old].map((set) => [set.metadata.name ?? '', set]));
  return planRollout(bounds, replicasOf(current), running.map(replicasOf)).flatMap(({ name, replicas }) => {
    const set = byName.get(name);
    return set === undefined ? [] : [{ set, replicas }];
  });
}

async function createReplicaSet(
  world: World,
  deployment: Deployment,
  plan: { hash: string; old: readonly ReplicaSet[]; bounds: RolloutBounds; revision: number },
): Promise<void> {
  const { metadata, spec } = deployment;
  const { hash, old, bounds, revision } = plan;
  const name = `${metadata.name}-${hash}`;
  const existing = old.reduce((total, set) => total + set.spec.replicas, 0);
  const room =
    spec.strategy.type === 'Recreate' && existing > 0 ? 0 : bounds.desired + bounds.maxSurge - existing;
  const replicas = Math.max(0, Math.min(bounds.desired, room));
  const labels = { ...spec.template.metadata.labels, 'pod-template-hash': hash };
  const outcome = await world.api.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      annotations: { ...scaleAnnotations(bounds), [revisionAnnotation]: String(revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...spec.selector.matchLabels, 'pod-template-hash': hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  });
  if (outcome.kind === 'done' && replicas > 0) await tell(world, deployment, outcome.object, 0, replicas);
}

async function scale(
  world: World,
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
  bounds: RolloutBounds,
): Promise<void> {
  const outcome = await world.api.patch(set, {
    metadata: { annotations: scaleAnnotations(bounds) },
    spec: { replicas },
  });
  if (outcome.kind === 'done') await tell(world, deployment, set, set.spec.replicas, replicas);
}

/** Of the ReplicaSets that are through, the newest are kept to roll back to. */
async function forgetOldest({ api }: World, { spec }: Deployment, old: readonly ReplicaSet[]): Promise<void> {
  const through = old.filter((set) => set.spec.replicas === 0 && (set.status.replicas ?? 0) === 0);
  const surplus = through.length - (spec.revisionHistoryLimit ?? 10);
  for (const set of through.slice(0, Math.max(0, surplus))) await api.remove(set);
}

async function tell(
  { record }: World,
  about: KubernetesObject,
  set: KubernetesObject,
  from: number,
  to: number,
): Promise<void> {
  await record({
    component: 'deployment-controller',
    about,
    reason: 'ScalingReplicaSet',
    message: `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`,
  });
}

async function annotate(
  api: World['api'],
  object: KubernetesObject,
  annotations: Record<string, string>,
): Promise<void> {
  await api.patch(object, { metadata: { annotations } });
}

function scaleAnnotations({ desired, maxSurge }: RolloutBounds): Record<string, string> {
  return { [desiredAnnotation]: String(desired), [maxAnnotation]: String(desired + maxSurge) };
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
}

function replicasOf(set: ReplicaSet): { name: string; replicas: number; available: number } {
  return {
    name: set.metadata.name ?? '',
    replicas: set.spec.replicas,
    available: set.status.availableReplicas ?? 0,
  };
}
