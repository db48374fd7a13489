import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { SchemaNode } from '../schemas/schema-node.ts';
import { type Comparison, compareValues } from './compare-values.ts';
import {
  differenceOfFields,
  emptyFieldSet,
  isEmptyFieldSet,
  recursiveDifferenceOfFields,
  unionFields,
} from './field-set.ts';
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  type Manager,
  type Managers,
  managerKey,
  mapFields,
} from './managers.ts';
import { topLevelFields, unownedFields } from './unowned-fields.ts';

export type UpdateToTrack = {
  /** The live object with its `managedFields`, or an empty one of the kind for a create. */
  readonly before: Readonly<KubernetesObject>;
  readonly isCreate: boolean;
  /** The new object; its `managedFields` are what the client asked for, if it did. */
  readonly after: Readonly<KubernetesObject>;
  readonly manager: string;
  readonly apiVersion: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** Empty for the main resource. */
  readonly subresource: string;
  readonly schema: SchemaNode;
  /** Top-level fields that this endpoint does not take, such as `status`. */
  readonly ignoredFields: readonly string[];
};

/**
 * `managedFields` after a create, update or patch: what changed belongs to the manager of the write and to
 * nobody else. Undefined where nothing is managed. An object that was never tracked stays so until
 * somebody applies it.
 */
export function trackUpdate(update: UpdateToTrack): Record<string, unknown>[] | undefined {
  const managers = managersBefore(update);
  if (managers.size === 0 && !update.isCreate) return undefined;
  const tracked = recordUpdate(managers, update);
  return tracked.size === 0 ? undefined : encodeManagers(tracked);
}

/** The managers of the live object, or those that the client wrote, unless it did so wrongly. */
function managersBefore({ before, after, subresource }: UpdateToTrack): Managers {
  const live = decodeManagers(before.metadata?.managedFields) ?? new Map<string, Manager>();
  const given = after.metadata?.managedFields;
  if (subresource !== '' || given === undefined || given === null) return live;
  const [only] = given;
  if (given.length === 1 && typeof only === 'object' && Object.keys(only ?? {}).length === 0)
    return new Map();
  const asked = decodeManagers(given);
  return asked === undefined || asked.size === 0 ? live : asked;
}

/** Attributes the difference of two states to a manager that updates. */
export function recordUpdate(managers: Managers, update: Omit<UpdateToTrack, 'isCreate'>): Managers {
  const comparison = compareValues(
    withoutManagedFields(update.before),
    withoutManagedFields(update.after),
    update.schema,
  );
  const written = unionFields(comparison.modified, comparison.added);
  const others = mapFields(managers, ({ fields }) => takeAway(fields, comparison));
  const owned = differenceOfFields(
    recursiveDifferenceOfFields(written, topLevelFields(update.ignoredFields)),
    unownedFields,
  );
  if (isEmptyFieldSet(owned)) return withoutUnowned(others);
  const writer = {
    name: update.manager,
    operation: 'Update' as const,
    apiVersion: update.apiVersion,
    subresource: update.subresource,
  };
  const key = managerKey(writer);
  const fields = unionFields(others.get(key)?.fields ?? emptyFieldSet, owned);
  return capManagers(withoutUnowned(new Map(others).set(key, { ...writer, time: update.time, fields })));
}

/** What is left of a manager's fields when somebody else has made these changes. */
export function takeAway(
  fields: Manager['fields'],
  { modified, added, removed }: Comparison,
): Manager['fields'] {
  return [modified, added, removed].reduce(differenceOfFields, fields);
}

export function withoutUnowned(managers: Managers): Managers {
  return mapFields(managers, ({ fields }) => differenceOfFields(fields, unownedFields));
}

export function withoutManagedFields(object: Readonly<KubernetesObject>): Readonly<KubernetesObject> {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
