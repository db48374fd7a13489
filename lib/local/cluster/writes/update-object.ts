import { isDeepStrictEqual } from 'node:util';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { requireRightsToGrant } from '../auth/require-rights-to-grant.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import { conflict, invalid, modified } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { normalizeObject } from '../registry/normalize.ts';
import { storedDefinition } from '../registry/stored-definition.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import { customContentChanged } from '../strategies/custom-resource.ts';
import { updatedMetadata } from '../strategies/metadata.ts';
import { keepStatus } from '../strategies/status.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { strategyOf } from '../strategies/strategy-of.ts';
import { trackManagedFields, withManagedFields } from './managed-fields.ts';
import { objectProblems } from './object-problems.ts';
import type { WriteOptions } from './write-options.ts';

/** An update as it was asked for; `object` is in the definition's version, its name checked. */
export type UpdateRequest = {
  readonly object: KubernetesObject;
  readonly subresource: '' | 'status';
  readonly options: WriteOptions;
  /** Under which subresource the change is attributed, where that is not the one that is written. */
  readonly trackedSubresource?: string;
  /** Already attributed, as server-side apply does it itself. */
  readonly managedFieldsGiven?: boolean;
};

/**
 * Replaces the state of an object. An update that changes nothing keeps the resourceVersion; one that takes
 * the last finalizer of an object in deletion removes it.
 * @throws StatusError 409 where the version or uid given is not the stored one, 422 for what is invalid
 */
export function updateObject(
  cluster: ClusterState,
  definition: Definition,
  stored: StoredObject,
  request: UpdateRequest,
): Answer {
  const strategy = strategyOf(definition);
  const live = parseStored(stored) as KubernetesObject;
  const liveServed = definition.conversion?.fromStored(live) ?? live;
  requireVersion(definition, stored, strategy, request.object);
  requireUid(definition, stored, request.object);

  const given: KubernetesObject = {
    ...request.object,
    metadata: updatedMetadata(request.object.metadata, live.metadata),
  };
  const next =
    request.subresource === 'status'
      ? statusUpdate(strategy, given, liveServed)
      : mainUpdate(strategy, given, liveServed);
  const tracked =
    request.managedFieldsGiven === true
      ? withManagedFields(next, request.object.metadata.managedFields)
      : trackManagedFields(definition, {
          before: liveServed,
          after: withManagedFields(next, request.object.metadata.managedFields),
          options: request.options,
          now: cluster.now(),
          subresource: request.trackedSubresource ?? request.subresource,
        });
  const prepared =
    request.subresource === '' ? (strategy.prepare?.(tracked, liveServed) ?? tracked) : tracked;
  const converted = definition.conversion?.toStored(prepared) ?? prepared;
  const admitted = normalizeObject(
    storedDefinition(cluster, definition),
    request.subresource === '' ? (strategy.admit?.(cluster, converted, live) ?? converted) : converted,
  );
  const counted = withGeneration(definition, strategy, admitted, live);
  const problems = objectProblems(definition, counted, live, strategy);
  if (problems.length > 0) throw invalid(definition, stored.name, problems);
  requireRightsToGrant(cluster, definition, counted, live, request.options.user);
  return commit(cluster, definition, stored, { live, counted, dryRun: request.options.dryRun });
}

function commit(
  cluster: ClusterState,
  definition: Definition,
  stored: StoredObject,
  write: { readonly live: KubernetesObject; readonly counted: KubernetesObject; readonly dryRun: boolean },
): Answer {
  const { live, counted, dryRun } = write;
  if (isUnchanged(counted, live)) return { kind: 'stored', code: 200, definition, stored };
  const shown = (object: KubernetesObject) => definition.conversion?.fromStored(object) ?? object;
  if (dryRun) return { kind: 'object', code: 200, object: shown(counted), definition };
  if (isReleased(counted, live)) {
    cluster.store.remove(definition.storage, stored.key);
    return { kind: 'object', code: 200, object: shown(counted), definition };
  }
  const after = cluster.store.put(definition.storage, counted, fieldsOfDefinition(definition));
  return { kind: 'stored', code: 200, definition, stored: after };
}

function mainUpdate(strategy: Strategy, given: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const defaulted = strategy.defaults?.(given) ?? given;
  return strategy.hasStatus === true ? keepStatus(defaulted, live) : defaulted;
}

/** Only the status, and of the metadata nothing that means something, may change through `/status`. */
function statusUpdate(strategy: Strategy, given: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { status } = given;
  const { status: _status, ...rest } = live;
  const next = {
    ...rest,
    metadata: live.metadata,
    ...(status === undefined ? {} : { status }),
  } as KubernetesObject;
  return strategy.prepareStatus?.(next, live) ?? next;
}

function requireVersion(
  definition: Definition,
  stored: StoredObject,
  strategy: Strategy,
  object: KubernetesObject,
): void {
  const given = object.metadata.resourceVersion ?? '';
  if (given === '' || given === '0') {
    if (strategy.needsVersion !== true) return;
    throw invalid({ group: definition.group, kind: definition.resource }, stored.name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        message: 'Invalid value: 0: must be specified for an update',
      },
    ]);
  }
  if (given !== String(stored.revision)) throw modified(definition, stored.name);
}

function requireUid(definition: Definition, stored: StoredObject, object: KubernetesObject): void {
  const given = object.metadata.uid ?? '';
  if (given === '' || given === stored.uid) return;
  throw conflict(
    definition,
    stored.name,
    `StorageError: invalid object, Code: 4, Key: /registry/${definition.storage}/${stored.key}, ResourceVersion: 0, ` +
      `AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${stored.uid}`,
  );
}

function withGeneration(
  definition: Definition,
  strategy: Strategy,
  object: KubernetesObject,
  live: KubernetesObject,
): KubernetesObject {
  if (strategy.hasGeneration !== true) return object;
  const changed =
    definition.custom === undefined
      ? contentChanged(object, live)
      : customContentChanged(object, live, definition.custom);
  if (!changed) return object;
  const generation = (live.metadata.generation ?? 0) + 1;
  return { ...object, metadata: { ...object.metadata, generation } };
}

function contentChanged(object: KubernetesObject, live: KubernetesObject): boolean {
  const content = ({ metadata: _metadata, status: _status, ...rest }: KubernetesObject) => rest;
  return !isDeepStrictEqual(content(object), content(live));
}

/** Equal but for the times of field managers, which alone are no reason to write. */
function isUnchanged(object: KubernetesObject, live: KubernetesObject): boolean {
  return isDeepStrictEqual(comparable(object), comparable(live));
}

function comparable(object: KubernetesObject): unknown {
  const { managedFields, resourceVersion: _resourceVersion, ...metadata } = object.metadata;
  const managers = (managedFields as Record<string, unknown>[] | undefined)?.map(
    ({ time: _time, ...entry }) => entry,
  );
  return { ...object, metadata: { ...metadata, managers } };
}

/** True where the last thing that held an object in deletion is gone. */
function isReleased(object: KubernetesObject, live: KubernetesObject): boolean {
  return (
    live.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    (object.metadata['deletionGracePeriodSeconds'] ?? 0) === 0 &&
    !hasSpecFinalizers(object)
  );
}

function hasSpecFinalizers(object: KubernetesObject): boolean {
  if (object.kind !== 'Namespace') return false;
  return ((object['spec'] as { finalizers?: unknown[] } | undefined)?.finalizers ?? []).length > 0;
}
