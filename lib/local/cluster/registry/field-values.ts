import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { FieldsOf } from '../store/stored-object.ts';
import type { Definition } from './definition.ts';
import { selectableFieldsOf } from './selectable-fields.ts';

/** Fields whose selectable value is not simply what stands at their path. */
const derived: Readonly<Record<string, (object: Readonly<KubernetesObject>) => unknown>> = {
  source: (object) => at(object, 'source.component') || at(object, 'reportingComponent'),
  'status.successful': (object) => at(object, 'status.succeeded') ?? 0,
  'status.replicas': (object) => at(object, 'status.replicas') ?? 0,
  'spec.unschedulable': (object) => at(object, 'spec.unschedulable') ?? false,
  'spec.hostNetwork': (object) => at(object, 'spec.hostNetwork') ?? false,
  'status.podIPs': (object) => {
    const addresses = at(object, 'status.podIPs');
    return Array.isArray(addresses) ? addresses.map((address: { ip?: string }) => address.ip).join(',') : '';
  },
};

/**
 * Takes the values of a built-in resource's selectable fields out of its stored objects. Those of custom
 * resources change with their definition, so they are read when somebody selects by them.
 */
export function fieldsOfStorage(storage: string): FieldsOf {
  const slash = storage.indexOf('/');
  const fields = selectableFieldsOf({
    group: slash === -1 ? '' : storage.slice(0, slash),
    resource: storage.slice(slash + 1),
  });
  if (fields.length === 0) return () => noFields;
  return (object) => fieldValues(object, fields);
}

export function fieldsOfDefinition(definition: Definition): FieldsOf {
  return definition.custom === undefined ? fieldsOfStorage(definition.storage) : () => noFields;
}

/** Values of the given fields, as texts; absent ones are empty. */
export function fieldValues(
  object: Readonly<KubernetesObject>,
  fields: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map((field) => [field, text((derived[field] ?? plain(field))(object))]));
}

const noFields: Readonly<Record<string, string>> = Object.freeze({});

function plain(field: string): (object: Readonly<KubernetesObject>) => unknown {
  return (object) => at(object, field);
}

function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], object);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
