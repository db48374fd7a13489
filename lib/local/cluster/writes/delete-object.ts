import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import { conflict } from '../http/status-error.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import { strategyOf } from '../strategies/strategy-of.ts';
import type { DeleteOptions } from './delete-options.ts';
import { timestamp } from './timestamp.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/**
 * Deletes an object, or marks it where finalizers or a grace period hold it.
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
  const deleting = live.metadata.deletionTimestamp !== undefined;
  const grace = strategy.graceSeconds?.(live, options.gracePeriodSeconds) ?? 0;
  const finalizers = wantedFinalizers(live, options);
  if (finalizers.length === 0 && grace === 0) return removeNow(cluster, definition, stored, options);
  const changed = deleting
    ? shortened(live, finalizers, grace, cluster.now())
    : marked(live, finalizers, grace, cluster.now());
  if (changed === undefined) return { kind: 'stored', code: 200, definition, stored };
  if (options.dryRun) return { kind: 'object', code: 200, object: changed, definition };
  const after = cluster.store.put(definition.storage, changed, fieldsOfDefinition(definition));
  return { kind: 'stored', code: options.orphanDependents === false ? 202 : 200, definition, stored: after };
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
function wantedFinalizers(live: KubernetesObject, options: DeleteOptions): readonly string[] {
  const others = (live.metadata.finalizers ?? []).filter(
    (finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer,
  );
  const policy = options.propagationPolicy ?? (options.orphanDependents === true ? 'Orphan' : undefined);
  if (policy === undefined && options.orphanDependents === undefined) return live.metadata.finalizers ?? [];
  if (policy === 'Orphan') return [...others, orphanFinalizer];
  return policy === 'Foreground' ? [...others, foregroundFinalizer] : others;
}

function marked(
  live: KubernetesObject,
  finalizers: readonly string[],
  graceSeconds: number,
  now: Date,
): KubernetesObject {
  const { generation } = live.metadata;
  const { finalizers: _finalizers, ...metadata } = live.metadata;
  return {
    ...live,
    metadata: {
      ...metadata,
      ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
      ...(generation === undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: timestamp(new Date(now.getTime() + graceSeconds * 1_000)),
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}

/** A second deletion may only shorten the grace or change who is waited for; undefined for no change. */
function shortened(
  live: KubernetesObject,
  finalizers: readonly string[],
  graceSeconds: number,
  now: Date,
): KubernetesObject | undefined {
  const current = Number(live.metadata['deletionGracePeriodSeconds'] ?? 0);
  const sameFinalizers = (live.metadata.finalizers ?? []).join() === finalizers.join();
  if (sameFinalizers && graceSeconds >= current) return undefined;
  const { generation, finalizers: _finalizers, ...metadata } = live.metadata;
  const shorter = Math.min(graceSeconds, current);
  return {
    ...live,
    metadata: {
      ...metadata,
      ...(generation === undefined ? {} : { generation }),
      ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
      ...(shorter === current
        ? {}
        : { deletionTimestamp: timestamp(new Date(now.getTime() + shorter * 1_000)) }),
      deletionGracePeriodSeconds: shorter,
    },
  };
}
