import { ensureRevision } from './ensure-revision.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { isActive, isReady } from './pod-state.ts';
import { nonZero, setStatus } from './set-status.ts';
import type { DaemonSet, Pod } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const revisionLabel = 'controller-revision-hash';

/** DaemonSets have one pod on every node, replaced one by one when the template changes. */
export const daemonSetController: Controller = async (world) => {
  for (const set of world.snapshot.daemonSets) {
    if (set.metadata.deletionTimestamp === undefined) await reconcile(world, set);
  }
};

async function reconcile(world: World, set: DaemonSet): Promise<void> {
  const { snapshot, api, record } = world;
  const revision = await ensureRevision(world, set);
  const hash = revision.slice((set.metadata.name ?? '').length + 1);
  const pods = snapshot.ownedBy(snapshot.pods, set.metadata.uid).filter(isActive);
  const byNode = new Map(pods.map((pod) => [wantedNode(pod), pod]));
  for (const { metadata } of snapshot.nodes) {
    if (metadata.name === undefined || byNode.has(metadata.name)) continue;
    const created = await api.create(
      podFromTemplate(set, set.spec.template, {
        generateName: `${set.metadata.name}-`,
        labels: { [revisionLabel]: hash, 'pod-template-generation': '1' },
        spec: { nodeSelector: { 'kubernetes.io/hostname': metadata.name } },
      }),
    );
    if (created.kind !== 'done') continue;
    const message = `Created pod: ${created.object.metadata.name}`;
    await record({ component: 'daemonset-controller', about: set, reason: 'SuccessfulCreate', message });
  }
  const outdated = pods.find((pod) => pod.metadata.labels?.[revisionLabel] !== hash);
  if (outdated !== undefined && pods.every(isReady) && pods.length === snapshot.nodes.length) {
    const removed = await api.remove(outdated);
    const message = `Deleted pod: ${outdated.metadata.name}`;
    if (removed.kind === 'done') {
      await record({ component: 'daemonset-controller', about: set, reason: 'SuccessfulDelete', message });
    }
  }
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length;
  await setStatus(api, set, {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: snapshot.nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    ...nonZero({
      numberAvailable: ready,
      numberUnavailable: snapshot.nodes.length - ready,
      updatedNumberScheduled: updated,
    }),
    observedGeneration: set.metadata.generation,
  });
}

function wantedNode(pod: Pod): string | undefined {
  return pod.spec.nodeSelector?.['kubernetes.io/hostname'];
}
