import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { compositionParts } from './composition-parts.ts';
import { setStatus, withCondition } from './set-status.ts';
import type { Condition } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const component = 'composition-controller';

/**
 * Compositions get the objects they stand for, all labelled with the composition's id, follow changes of their
 * own spec, and become ready with them.
 */
export function createCompositionController(): Controller {
  /** Generation of each composition whose parts are in place, by uid. */
  const applied = new Map<string, number>();
  return async (world) => {
    const { compositions } = world.snapshot;
    for (const composition of compositions) {
      if (composition.metadata.deletionTimestamp === undefined) await reconcile(world, composition, applied);
    }
    const there = new Set(compositions.map(({ metadata }) => metadata.uid));
    for (const uid of applied.keys()) if (!there.has(uid)) applied.delete(uid);
  };
}

async function reconcile(
  world: World,
  composition: KubernetesObject,
  applied: Map<string, number>,
): Promise<void> {
  const { api, record, now } = world;
  const { uid = '', generation = 0 } = composition.metadata;
  const parts = compositionParts(composition);
  if (applied.get(uid) !== generation) {
    const isFirst = !hasStatus(composition);
    for (const part of parts) {
      const created = await api.create(part);
      if (created.kind === 'refused' && !isFirst) await api.patch(part, contentOf(part));
    }
    applied.set(uid, generation);
    const reason = isFirst ? 'CompositionInstalled' : 'CompositionUpdated';
    const message = `${parts.length} objects ${isFirst ? 'installed' : 'updated'} for generation ${generation}`;
    if (isFirst || observedGeneration(composition) !== generation) {
      await record({ component, about: composition, reason, message });
    }
  }
  const isReady = partsAreReady(world, composition, parts);
  const status = (composition['status'] ?? {}) as { conditions?: readonly Condition[] };
  const ready = isReady
    ? { type: 'Ready', status: 'True', reason: 'Available', message: 'all objects are ready' }
    : { type: 'Ready', status: 'False', reason: 'Progressing', message: 'objects are not ready yet' };
  const conditions = withCondition(status.conditions, ready, now);
  if (isReady && !isDeepStrictEqual(conditions, status.conditions)) {
    await record({
      component,
      about: composition,
      reason: 'CompositionReady',
      message: 'All objects are ready',
    });
  }
  await setStatus(api, composition, {
    ...status,
    observedGeneration: generation,
    managed: parts.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name })),
    conditions,
  });
}

/** Everything but its identity. */
function contentOf(part: KubernetesObject): object {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...content } = part;
  return { ...content, metadata: { labels: metadata.labels } };
}

function partsAreReady(
  { snapshot }: World,
  composition: KubernetesObject,
  parts: readonly KubernetesObject[],
): boolean {
  const wanted = parts.filter(({ kind }) => kind === 'Deployment').length;
  const ready = snapshot
    .ownedBy(snapshot.deployments, composition.metadata.uid)
    .filter(({ status, metadata }) => {
      const { observedGeneration, conditions } = status as {
        observedGeneration?: number;
        conditions?: readonly Condition[];
      };
      const isAvailable = conditions?.some((c) => c.type === 'Available' && c.status === 'True') ?? false;
      return observedGeneration === metadata.generation && isAvailable;
    });
  return ready.length >= wanted;
}

function hasStatus(composition: KubernetesObject): boolean {
  return observedGeneration(composition) !== undefined;
}

function observedGeneration(composition: KubernetesObject): number | undefined {
  return (composition['status'] as { observedGeneration?: number } | undefined)?.observedGeneration;
}
