import type { FieldSelector } from '../../../lib/core/field-selector.ts';
import type { KubeObjects, KubeView } from '../../../lib/core/kube-api/kube-request.ts';
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
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly watch: boolean;
  readonly allowBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
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
): KubeQuery | { readonly problem: string } {
  const labelSelector = parseLabelSelector(query.get('labelSelector') ?? '');
  if (labelSelector.kind === 'invalid') return { problem: labelSelector.message };
  const fieldSelector = parseResourceFieldSelector(query.get('fieldSelector') ?? '', resource);
  if (fieldSelector.kind === 'invalid') return { problem: fieldSelector.message };
  const limit = wholeNumber(query.get('limit'));
  const timeoutSeconds = wholeNumber(query.get('timeoutSeconds'));
  if (limit === 'invalid') return { problem: `limit: Invalid value: ${JSON.stringify(query.get('limit'))}` };
  if (timeoutSeconds === 'invalid') {
    return { problem: `timeoutSeconds: Invalid value: ${JSON.stringify(query.get('timeoutSeconds'))}` };
  }
  const at = timeField().safeParse(view.at);
  if (!at.success)
    return { problem: `at: Invalid value: ${JSON.stringify(view.at)}: expected a time in RFC 3339` };

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
    limit: limit === undefined || limit === 0 ? undefined : limit,
    continueToken: query.get('continue') || undefined,
    resourceVersion: query.get('resourceVersion') || undefined,
    watch: isTrue(query.get('watch')),
    allowBookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutSeconds,
    includeObject: query.get('includeObject') ?? 'Metadata',
  };
}

/** Both API groups of Kubernetes events. */
export function isEvents({ group, resource }: Pick<ServedResource, 'group' | 'resource'>): boolean {
  return resource === 'events' && (group === '' || group === 'events.k8s.io');
}

function wholeNumber(text: string | null): number | undefined | 'invalid' {
  if (text === null || text === '') return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : 'invalid';
}

/** As Go's conversion of query strings to booleans: everything but `0`, `false` and absence is true. */
function isTrue(value: string | null): boolean {
  return value !== null && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}
