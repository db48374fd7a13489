import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import { conflict } from '../http/status-error.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { strategyOf } from '../strategies/strategy-of.ts';
import type { DeleteOptions } from './delete-options.ts';
import { timestamp } from './timestamp.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/**
 * Deletes an object, or marks it where finalizers or a grace period hold it. Kinds that know a grace period are
 * always marked first, also for none: watchers see that before the deletion.
 * @throws StatusError 409 where a precondition does not hold
 */
export function deleteObject(
  cluster: ClusterState,
  definition: Definition,
  stored: StoredObject,
  options: DeleteOptions,
): Answer {
  requirePreconditions(definition, stored, options);
  const strategy = strategyOf(definition);
  const own = strategy.remove?.(cluster, definition, stored, options);
  if (own !== undefined) return own;
  const live = parseStored(stored) as KubernetesObject;
  const change = deletionOf(live, strategy, options, cluster.now());
  if (change.kind === 'pending') return { kind: 'stored', code: 200, definition, stored };
  const write = (object: KubernetesObject) =>
    cluster.store.put(definition.storage, object, fieldsOfDefinition(definition));
  if (change.kind === 'removed') {
    const last = change.marked === undefined || options.dryRun ? stored : write(change.marked);
    return removeNow(cluster, definition, last, options);
  }
  if (options.dryRun) return { kind: 'object', code: 200, object: change.marked, definition };
  const code = options.orphanDependents === false ? 202 : 200;
  return { kind: 'stored', code, definition, stored: write(change.marked) };
}

type Deletion =
  /** Somebody waits for it already, and this request changes nothing. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'marked'; readonly marked: KubernetesObject }
  | { readonly kind: 'removed'; readonly marked: KubernetesObject | undefined };

function deletionOf(live: KubernetesObject, strategy: Strategy, options: DeleteOptions, now: Date): Deletion {
  const isDeleting = live.metadata.deletionTimestamp !== undefined;
  const finalizers = wantedFinalizers(live, strategy, options);
  const sameFinalizers = (live.metadata.finalizers ?? []).join() === finalizers.join();
  const current = Number(live.metadata['deletionGracePeriodSeconds'] ?? 0);
  if (isDeleting && current > 0) {
    const asked = options.gracePeriodSeconds;
    if (asked === undefined || asked >= current) return { kind: 'pending' };
    return ended(shortened(live, asked), finalizers, asked);
  }
  if (isDeleting) {
    if (finalizers.length > 0 && sameFinalizers) return { kind: 'pending' };
    return ended(sameFinalizers ? undefined : withFinalizers(live, finalizers), finalizers, 0);
  }
  const grace = strategy.graceSeconds?.(live, options.gracePeriodSeconds);
  if (grace === undefined && finalizers.length === 0) return { kind: 'removed', marked: undefined };
  return ended(marked(withFinalizers(live, finalizers), grace ?? 0, now), finalizers, grace ?? 0);
}

function ended(
  object: KubernetesObject | undefined,
  finalizers: readonly string[],
  graceSeconds: number,
): Deletion {
  if (object === undefined || (finalizers.length === 0 && graceSeconds === 0)) {
    return { kind: 'removed', marked: object };
  }
  return { kind: 'marked', marked: object };
}

function removeNow(
  cluster: ClusterState,
  definition: Definition,
  stored: StoredObject,
  options: DeleteOptions,
): Answer {
  const last = options.dryRun ? stored : cluster.store.remove(definition.storage, stored.key);
  if (strategyOf(definition).returnsDeleted === true) {
    return { kind: 'object', code: 200, object: presentObject(definition, last), definition };
  }
  return {
    kind: 'object',
    code: 200,
    object: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: stored.name,
        ...(definition.group === '' ? {} : { group: definition.group }),
        kind: definition.resource,
        uid: stored.uid,
      },
    },
  };
}

function requirePreconditions(
  definition: Definition,
  stored: StoredObject,
  { preconditions }: DeleteOptions,
): void {
  // The server names the kind here, not the resource.
  const subject = { group: definition.group, resource: definition.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== stored.uid) {
    throw conflict(
      subject,
      stored.name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${stored.uid}). ` +
        'The object might have been deleted and then recreated',
    );
  }
  const wanted = preconditions?.resourceVersion;
  if (wanted !== undefined && wanted !== String(stored.revision)) {
    throw conflict(
      subject,
      stored.name,
      `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record ` +
        `(${stored.revision}). The object might have been modified`,
    );
  }
}

/** Finalizers after the propagation policy has added or taken away those of the garbage collector. */
function wantedFinalizers(
  live: KubernetesObject,
  strategy: Strategy,
  options: DeleteOptions,
): readonly string[] {
  const given = live.metadata.finalizers ?? [];
  const others = given.filter(
    (finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer,
  );
  const asked = options.propagationPolicy ?? orphanPolicy(options.orphanDependents);
  const policy = asked ?? (given.length > others.length ? undefined : strategy.defaultPropagation);
  if (policy === undefined) return given;
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  return policy === 'Foreground' ? [...others, foregroundFinalizer] : others;
}

function orphanPolicy(orphan: boolean | undefined): 'Orphan' | 'Background' | undefined {
  if (orphan === undefined) return undefined;
  return orphan ? 'Orphan' : 'Background';
}

function withFinalizers(live: KubernetesObject, finalizers: readonly string[]): KubernetesObject {
  const { finalizers: _finalizers, ...metadata } = live.metadata;
  return {
    ...live,
    metadata: { ...metadata, ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }) },
  };
}

function marked(live: KubernetesObject, graceSeconds: number, now: Date): KubernetesObject {
  const { generation } = live.metadata;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: timestamp(new Date(now.getTime() + graceSeconds * 1_000)),
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}

/** A further deletion may only shorten the grace; it counts from the first one. */
function shortened(live: KubernetesObject, graceSeconds: number): KubernetesObject {
  const { deletionTimestamp = '', deletionGracePeriodSeconds } = live.metadata;
  const startedMs = Date.parse(deletionTimestamp) - Number(deletionGracePeriodSeconds) * 1_000;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      deletionTimestamp: timestamp(new Date(startedMs + graceSeconds * 1_000)),
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}
