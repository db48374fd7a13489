import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { workspaceKind } from './composition-kinds.ts';
import type { DemoApi } from './demo-api.ts';
import { isActive } from './pod-state.ts';
import type { Deployment, Pod } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/** Namespaces whose objects change by themselves; what users create elsewhere stays as it is. */
const namespaces = ['shop', 'payments', 'portal'];
/** Deployments that people of the demo work on; those that a user creates are left alone. */
const deployments = new Set(['storefront', 'basket', 'gateway', 'portal']);

const firstPauseMs = 20_000;
const minPauseMs = 8_000;
const maxPauseMs = 24_000;
const maxWorkspaces = 3;

/**
 * The people who work with the demo's cluster: every now and then somebody scales, releases a version, deletes a
 * pod, edits a ConfigMap, opens a workspace or lets one go.
 * @param api writes as they do
 */
export function createLife(api: DemoApi): Controller {
  let nextMs: number | undefined;
  return async (world) => {
    const nowMs = world.now.getTime();
    nextMs ??= nowMs + firstPauseMs;
    if (nowMs >= nextMs) {
      nextMs = nowMs + minPauseMs + world.random() * (maxPauseMs - minPauseMs);
      await pick(deeds, world.random)?.(world, api);
    }
    await closeWorkspaces(world, api);
    world.wakeAt(nextMs);
  };
}

type Deed = (world: World, api: DemoApi) => Promise<void>;

const scale: Deed = async ({ snapshot, random }, api) => {
  const deployment = pick(snapshot.deployments.filter(isOfDemo), random);
  if (deployment === undefined) return;
  const { replicas } = deployment.spec;
  const next =
    replicas <= 1 ? replicas + 1 : replicas >= 5 ? replicas - 1 : replicas + (random() < 0.5 ? 1 : -1);
  await api.patch(deployment, { spec: { replicas: next } }, 'scale');
};

const release: Deed = async ({ snapshot, random }, api) => {
  const deployment = pick(snapshot.deployments.filter(isOfDemo), random);
  if (deployment === undefined) return;
  const { containers } = deployment.spec.template.spec as { containers: { image: string }[] };
  const released = containers.map((container) => ({ ...container, image: nextPatch(container.image) }));
  await api.patch(deployment, { spec: { template: { spec: { containers: released } } } });
};

const deletePod: Deed = async ({ snapshot, random }, api) => {
  const pod = pick(
    snapshot.pods.filter((candidate: Pod) => isInDemo(candidate) && isActive(candidate)),
    random,
  );
  if (pod !== undefined) await api.remove(pod);
};

const editSettings: Deed = async ({ random, now }, api) => {
  const settings = pick(
    [
      { namespace: 'shop', name: 'storefront', data: { banner: pick(banners, random) } },
      { namespace: 'portal', name: 'feature-flags', data: { 'new-search': random() < 0.5 ? 'on' : 'off' } },
      { namespace: 'shop', name: 'storefront', data: { 'edited-at': now.toISOString() } },
    ],
    random,
  );
  if (settings === undefined) return;
  const { namespace, name, data } = settings;
  await api.patch({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } }, { data });
};

const openWorkspace: Deed = async ({ snapshot, random }, api) => {
  if (snapshot.compositions.filter(isWorkspace).length >= maxWorkspaces) return;
  const owner = pick(['ada', 'grace', 'edsger', 'barbara', 'tony'], random) ?? 'ada';
  const { apiVersion, kind } = workspaceKind;
  await api.create({
    apiVersion,
    kind,
    metadata: { generateName: `${owner}-`, namespace: pick(['shop', 'payments'], random) ?? 'shop' },
    spec: { owner, lifetimeSeconds: 60 + Math.floor(random() * 120) },
  });
};

/** Each as often as it stands here. */
const deeds: readonly Deed[] = [
  scale,
  scale,
  scale,
  release,
  deletePod,
  deletePod,
  editSettings,
  openWorkspace,
];

const banners = ['Fresh apples today', 'Two pears for one', 'Closed on Sunday', 'New: walnut bread'];

async function closeWorkspaces({ snapshot, now, wakeAt }: World, api: DemoApi): Promise<void> {
  for (const workspace of snapshot.compositions.filter(isWorkspace)) {
    const { creationTimestamp, deletionTimestamp } = workspace.metadata;
    const { lifetimeSeconds } = workspace['spec'] as { lifetimeSeconds: number };
    const endsAtMs = Date.parse(creationTimestamp ?? '') + lifetimeSeconds * 1_000;
    if (deletionTimestamp !== undefined) continue;
    if (now.getTime() >= endsAtMs) await api.remove(workspace);
    else wakeAt(endsAtMs);
  }
}

function isWorkspace({ kind, metadata: { namespace } }: KubernetesObject): boolean {
  return kind === workspaceKind.kind && namespaces.includes(namespace ?? '');
}

function isOfDemo(deployment: Deployment): boolean {
  return isInDemo(deployment) && deployments.has(deployment.metadata.name ?? '');
}

function isInDemo({ metadata: { namespace } }: KubernetesObject): boolean {
  return namespaces.includes(namespace ?? '');
}

function nextPatch(image: string): string {
  return image.replace(/(\d+)$/, (digits) => String(Number(digits) + 1));
}

function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)];
}
