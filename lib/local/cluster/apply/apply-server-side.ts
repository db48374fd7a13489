import { isDeepStrictEqual } from 'node:util';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { SchemaNode } from '../schemas/schema-node.ts';
import { compareValues } from './compare-values.ts';
import {
  differenceOfFields,
  type FieldSet,
  intersectionOfFields,
  isEmptyFieldSet,
  pathsOf,
  recursiveDifferenceOfFields,
  unionFields,
} from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  type Managers,
  managerKey,
  mapFields,
} from './managers.ts';
import { mergeValues } from './merge-values.ts';
import { removeFields } from './remove-fields.ts';
import { recordUpdate, takeAway, withoutManagedFields, withoutUnowned } from './track-update.ts';
import { topLevelFields } from './unowned-fields.ts';
import { withDeclaredParents } from './with-declared-parents.ts';

export type ApplyRequest = {
  /** The live object with its `managedFields`; for a create the empty object of the kind. */
  readonly live: Readonly<KubernetesObject>;
  /** What is applied, without `managedFields`. */
  readonly applied: Readonly<KubernetesObject>;
  readonly manager: string;
  readonly force: boolean;
  readonly schema: SchemaNode;
  readonly apiVersion: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** Empty for the main resource. */
  readonly subresource: string;
  /** Top-level fields that this endpoint does not take, such as `status`. */
  readonly ignoredFields: readonly string[];
};

export type ApplyOutcome =
  | { readonly kind: 'merged'; readonly object: KubernetesObject }
  | { readonly kind: 'conflict'; readonly conflicts: readonly FieldConflict[] };

/** A field that somebody else manages and to which the applied configuration gives another value. */
export type FieldConflict = { readonly manager: Manager; readonly path: readonly string[] };

/** Owns all that an object had before anybody applied it. */
const beforeFirstApply = 'before-first-apply';

/**
 * Server-side apply (KEP-555): the applied configuration is laid over the live object; fields that this
 * manager applied before, does not apply now and shares with nobody are removed; fields of others that
 * would change are conflicts unless forced, and then change hands.
 */
export function applyServerSide(request: ApplyRequest): ApplyOutcome {
  const { schema } = request;
  const live = withoutManagedFields(request.live);
  const managers = managersBefore(request, live);
  const applier = {
    name: request.manager,
    operation: 'Apply' as const,
    apiVersion: request.apiVersion,
    subresource: request.subresource,
  };
  const key = managerKey(applier);
  const last = managers.get(key);
  const fields = recursiveDifferenceOfFields(
    fieldSetOf(request.applied, schema),
    topLevelFields(request.ignoredFields),
  );
  const withApplier = new Map(managers).set(key, { ...applier, time: last?.time, fields });
  const merged = mergeValues(live, request.applied, schema);
  const pruned = last === undefined ? merged : prune(merged, last.fields, withApplier, schema);

  const comparison = compareValues(live, pruned, schema);
  const written = unionFields(comparison.modified, comparison.added);
  if (!request.force) {
    const conflicts = conflictsWith(withApplier, key, written);
    if (conflicts.length > 0) return { kind: 'conflict', conflicts };
  }
  const others = mapFields(withApplier, (manager) =>
    managerKey(manager) === key ? manager.fields : takeAway(manager.fields, comparison),
  );
  const changed = !isDeepStrictEqual(live, pruned);
  const timed = new Map(others);
  const own = timed.get(key);
  if (own !== undefined && changed) timed.set(key, { ...own, time: request.time });
  const object = pruned as KubernetesObject;
  const encoded = encodeManagers(withoutUnowned(timed));
  const managed = encoded.length === 0 ? {} : { managedFields: encoded };
  return { kind: 'merged', object: { ...object, metadata: { ...object.metadata, ...managed } } };
}

function managersBefore(request: ApplyRequest, live: Readonly<KubernetesObject>): Managers {
  const managers = decodeManagers(request.live.metadata.managedFields) ?? new Map<string, Manager>();
  if (managers.size > 0 || live.metadata.uid === undefined) return managers;
  return recordUpdate(managers, {
    ...request,
    before: { metadata: {} },
    after: live,
    manager: beforeFirstApply,
  });
}

function conflictsWith(managers: Managers, applier: string, written: FieldSet): FieldConflict[] {
  return [...managers].flatMap(([key, manager]) => {
    if (key === applier) return [];
    const contested = intersectionOfFields(manager.fields, written);
    return [...pathsOf(contested)].map((path) => ({ manager, path }));
  });
}

/** Removes what the applier gave up, unless somebody else, or its new configuration, has it. */
function prune(merged: unknown, last: FieldSet, managers: Managers, schema: SchemaNode): unknown {
  if (isEmptyFieldSet(last)) return merged;
  const lastFields = withDeclaredParents(last, schema);
  const withoutLast = removeFields(merged, lastFields, schema);
  const owned = [...managers.values()].map(({ fields }) => fields).reduce(unionFields);
  const mergedFields = withDeclaredParents(fieldSetOf(merged, schema), schema);
  const kept = unionFields(
    withDeclaredParents(fieldSetOf(withoutLast, schema), schema),
    withDeclaredParents(owned, schema),
  );
  const withOwned = removeFields(merged, differenceOfFields(mergedFields, kept), schema);
  // Only what the applier itself had may go: what nobody owned stays.
  const gone = differenceOfFields(mergedFields, withDeclaredParents(fieldSetOf(withOwned, schema), schema));
  return removeFields(merged, intersectionOfFields(gone, lastFields), schema);
}
