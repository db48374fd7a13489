import type { FieldSelector } from '../field-selector.ts';
import { parseFieldSelector } from '../field-selector.ts';
import type { InvalidSelector } from '../label-selector.ts';
import { newerEventFields } from './newer-event.ts';

type Json = Readonly<Record<string, unknown>>;

const newerEventGroup = 'events.k8s.io';

const eventFields: readonly string[] = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
];

/** Fields that selectors on a built-in resource may name, beside those of metadata. */
const fieldsByResource: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/events': [...eventFields, 'reportingComponent', 'source', 'type'],
  [`${newerEventGroup}/events`]: [...eventFields, 'reportingComponent', 'type'],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
};

/** Fields whose selectable value is not simply what stands at their path. */
const derived: Readonly<Record<string, (object: Json) => unknown>> = {
  source: (object) => at(object, 'source.component') || at(object, 'reportingComponent'),
  'status.successful': (object) => at(object, 'status.succeeded') ?? 0,
  'status.replicas': (object) => at(object, 'status.replicas') ?? 0,
  'spec.unschedulable': (object) => at(object, 'spec.unschedulable') ?? false,
  'spec.hostNetwork': (object) => at(object, 'spec.hostNetwork') ?? false,
  'status.podIPs': (object) => {
    const addresses = at(object, 'status.podIPs');
    return Array.isArray(addresses)
      ? addresses.map((address: { ip?: string }) => address.ip ?? '').join(',')
      : '';
  },
};

export type SelectableResource = {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Paths that a CustomResourceDefinition makes selectable; absent for built-in resources. */
  readonly customFields?: readonly string[];
};

/** A field selector on one resource, or the API server's words for why it is none. */
export function parseResourceFieldSelector(
  text: string,
  resource: SelectableResource,
): FieldSelector | InvalidSelector {
  const known = new Map(selectableFields(resource).map((field) => [shownName(resource, field), field]));
  return parseFieldSelector(text, (shown) => {
    const field = known.get(shown);
    return field === undefined ? { message: `field label not supported: ${shown}` } : { field };
  });
}

/** Values of the fields that a selector on this resource may name, as texts; absent ones are empty. */
export function selectableValues(resource: SelectableResource, object: Json): Record<string, string> {
  return Object.fromEntries(
    selectableFields(resource).map((field) => [field, text((derived[field] ?? plain(field))(object))]),
  );
}

/** Events are stored as core/v1 has them; the newer group calls some fields differently. */
function shownName({ group }: SelectableResource, field: string): string {
  if (group !== newerEventGroup) return field;
  const [first = '', ...rest] = field.split('.');
  return [newerEventFields[first] ?? first, ...rest].join('.');
}

function selectableFields({ group, resource, namespaced, customFields }: SelectableResource): string[] {
  const own = customFields ?? fieldsByResource[`${group}/${resource}`] ?? [];
  return ['metadata.name', ...(namespaced ? ['metadata.namespace'] : []), ...own];
}

function plain(field: string): (object: Json) => unknown {
  return (object) => at(object, field);
}

function at(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Json | null | undefined)?.[name], object);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
