import { type FieldSet, isEmptyFieldSet, unionFields } from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts';

/** Who manages fields of an object, and which: one entry of `managedFields`. */
export type Manager = {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for the main resource. */
  readonly subresource: string;
  /** RFC 3339 with seconds; absent where nothing was ever changed through it. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
};

/** Managers by their identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Beyond this many managers by update the oldest are put together. */
const maxUpdateManagers = 10;
const oldUpdatesName = 'ancient-changes';

/** An applier is the same through all versions, an updater is another one in each. */
export function managerKey(manager: Omit<Manager, 'time' | 'fields'>): string {
  const apiVersion = manager.operation === 'Apply' ? '' : manager.apiVersion;
  return JSON.stringify([manager.name, manager.operation, apiVersion, manager.subresource]);
}

/** Reads `managedFields`; undefined where any entry cannot be understood. */
export function decodeManagers(managedFields: unknown): Managers | undefined {
  if (managedFields === undefined || managedFields === null) return new Map();
  if (!Array.isArray(managedFields)) return undefined;
  const managers = new Map<string, Manager>();
  for (const entry of managedFields as readonly Readonly<Record<string, unknown>>[]) {
    const { operation, apiVersion, fieldsType } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1') return undefined;
    const fields = decodeFieldsV1(entry['fieldsV1'] ?? {});
    if (fields === undefined) return undefined;
    const manager: Manager = {
      name: textOf(entry['manager']),
      operation,
      apiVersion,
      subresource: textOf(entry['subresource']),
      time: typeof entry['time'] === 'string' ? entry['time'] : undefined,
      fields,
    };
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `managedFields` in the order of the server: appliers before updaters, then by time and name. */
export function encodeManagers(managers: Managers): Record<string, unknown>[] {
  return [...managers.values()].sort(compareManagers).map((manager) => ({
    manager: manager.name,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldsV1(manager.fields),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }));
}

function compareManagers(a: Manager, b: Manager): number {
  const keys = (manager: Manager) =>
    [manager.operation, manager.time ?? '', manager.name, manager.apiVersion, manager.subresource] as const;
  const [left, right] = [keys(a), keys(b)];
  const index = left.findIndex((key, position) => key !== right[position]);
  if (index === -1) return 0;
  return (left[index] ?? '') < (right[index] ?? '') ? -1 : 1;
}

/** Replaces the fields of every manager; those that are left with none are gone. */
export function mapFields(managers: Managers, change: (manager: Manager) => FieldSet): Managers {
  const changed = new Map<string, Manager>();
  for (const [key, manager] of managers) {
    const fields = change(manager);
    if (!isEmptyFieldSet(fields)) changed.set(key, { ...manager, fields });
  }
  return changed;
}

/** Puts the oldest updaters of each version together until there are no more than the server keeps. */
export function capManagers(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update');
  let excess = updaters.length - maxUpdateManagers;
  if (excess <= 0) return managers;
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, Manager>();
  for (const manager of updaters.sort(compareAge)) {
    if (excess <= 0) break;
    const first = firstOfVersion.get(manager.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(manager.apiVersion, manager);
      continue;
    }
    const bucket: Manager = { ...first, name: oldUpdatesName, subresource: '', time: manager.time };
    const known = capped.get(managerKey(bucket)) ?? first;
    capped.delete(managerKey(first));
    capped.delete(managerKey(manager));
    capped.set(managerKey(bucket), { ...bucket, fields: unionFields(known.fields, manager.fields) });
    excess -= 1;
  }
  return capped;
}

function compareAge(a: Manager, b: Manager): number {
  const keys = (manager: Manager): [string, string] => [manager.time ?? '', managerKey(manager)];
  const [[timeA, keyA], [timeB, keyB]] = [keys(a), keys(b)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return keyA < keyB ? -1 : 1;
}
