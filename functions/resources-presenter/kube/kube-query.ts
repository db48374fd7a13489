import type { FieldSelector } from '../../../lib/core/field-selector.ts';
import type { KubeObjects, KubeView } from '../../../lib/core/kube-api/kube-request.ts';
import {
  type ListOptions,
  parseListOptions,
  type RefusedOptions,
} from '../../../lib/core/kube-api/list-options.ts';
import { parseResourceFieldSelector } from '../../../lib/core/kube-api/object-fields.ts';
import { type LabelSelector, parseLabelSelector } from '../../../lib/core/label-selector.ts';
import { timeField } from '../../../lib/core/query-fields.ts';
import type { ServedResource } from './kube-catalog.ts';
import type { ObjectFilter } from './object-source.ts';

/** What a list or watch asks for, read from its path and query. */
export type KubeQuery = {
  readonly filter: ObjectFilter;
  readonly labelSelector: LabelSelector;
  readonly fieldSelector: FieldSelector;
  /** Whether the database has applied the whole field selector. */
  readonly fieldsAreExact: boolean;
  readonly options: ListOptions;
  readonly includeObject: string;
};

/** Fields that the database looks for, so that nothing else has to be read. */
const eventFields = [
  'involvedObject.uid',
  'involvedObject.name',
  'involvedObject.namespace',
  'involvedObject.kind',
];

/** The query, or the API server's words for what is wrong with it. */
export function parseKubeQuery(
  cluster: string,
  target: KubeObjects,
  view: KubeView,
  resource: ServedResource,
  query: URLSearchParams,
): KubeQuery | RefusedOptions {
  const options = parseListOptions(query);
  if (options.kind !== 'options') return options;
  const withNul = [...query].find(([, value]) => value.includes('\0'));
  if (withNul !== undefined) return unreadable(`${withNul[0]}: Invalid value: expected text without NUL`);
  const labelSelector = parseLabelSelector(query.get('labelSelector') ?? '');
  if (labelSelector.kind === 'invalid') return unreadable(labelSelector.message);
  const fieldSelector = parseResourceFieldSelector(query.get('fieldSelector') ?? '', resource);
  if (fieldSelector.kind === 'invalid') return unreadable(fieldSelector.message);
  const at = timeField().safeParse(view.at);
  if (!at.success)
    return unreadable(`at: Invalid value: ${JSON.stringify(view.at)}: expected a time in RFC 3339`);

  const equal = new Map(
    fieldSelector.requirements
      .filter(({ operator }) => operator === 'equals')
      .map(({ field, value }) => [field, value]),
  );
  const namespace = target.namespace === '' ? equal.get('metadata.namespace') : target.namespace;
  const fields = Object.fromEntries(
    eventFields.flatMap((field) => {
      const value = equal.get(field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const applied = ['metadata.name', 'metadata.namespace', ...(isEvents(resource) ? eventFields : [])];
  return {
    filter: {
      cluster,
      namespace,
      name: target.name ?? equal.get('metadata.name'),
      labelRequirements: labelSelector.requirements.length === 0 ? undefined : labelSelector.requirements,
      fields,
      deleted: view.deleted,
      at: at.data,
    },
    labelSelector,
    fieldSelector,
    fieldsAreExact:
      fieldSelector.requirements.every(
        ({ field, operator, value }) =>
          operator === 'equals' && applied.includes(field) && equal.get(field) === value,
      ) &&
      (target.namespace === '' || (equal.get('metadata.namespace') ?? target.namespace) === target.namespace),
    options,
    includeObject: query.get('includeObject') ?? 'Metadata',
  };
}

function unreadable(message: string): RefusedOptions {
  return { kind: 'unreadable', message };
}

/** Both API groups of Kubernetes events. */
export function isEvents({ group, resource }: Pick<ServedResource, 'group' | 'resource'>): boolean {
  return resource === 'events' && (group === '' || group === 'events.k8s.io');
}
