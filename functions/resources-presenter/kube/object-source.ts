import type { LabelRequirement } from '../../../lib/core/label-selector.ts';
import { resourceScopeParameter, type ScopeParameter } from '../../../lib/core/scope-parameter.ts';
import type { KubeEventFilter, KubeEventKey, KubeEventRow } from '../../../lib/postgres/list-kube-events.ts';
import type { KubeObjectFilter, KubeObjectRow } from '../../../lib/postgres/list-kube-objects.ts';
import type { ServedResource } from './kube-catalog.ts';
import { isEvents } from './kube-query.ts';

/** Which objects of one resource; `undefined` takes all. */
export type ObjectFilter = {
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly labelRequirements: readonly LabelRequirement[] | undefined;
  /** Values that fields must have, as far as the database can look for them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly deleted: boolean;
  /** RFC 3339. */
  readonly at: string | undefined;
};

/** One stored object: its JSON text, and where a page that ends with it goes on. */
export type StoredObject = { readonly raw: string; readonly key: readonly (string | null)[] };

/** Pages of objects in the order of their keys, as an API server lists them. */
export type ObjectSource = (
  resource: ServedResource,
  filter: ObjectFilter,
  page: { readonly after: readonly (string | null)[] | undefined; readonly limit: number },
) => Promise<StoredObject[]>;

export type SourceDependencies = {
  readonly listObjects: (
    scope: ScopeParameter,
    filter: KubeObjectFilter,
    page: { readonly after: readonly (string | null)[] | undefined; readonly limit: number },
  ) => Promise<KubeObjectRow[]>;
  readonly listEvents: (
    filter: KubeEventFilter,
    page: { readonly after: KubeEventKey | undefined; readonly limit: number },
  ) => Promise<KubeEventRow[]>;
  readonly now: () => Date;
};

/**
 * An API server forgets events after this. A list of all shows the same here; what is older is there for who asks
 * for the events of one object, for the past, or for what is gone.
 */
const eventTtlMs = 3_600_000;

export function createObjectSource(deps: SourceDependencies): ObjectSource {
  return (resource, filter, page) =>
    isEvents(resource) ? listEvents(filter, page, deps) : listResources(resource, filter, page, deps);
}

async function listResources(
  resource: ServedResource,
  filter: ObjectFilter,
  page: Parameters<ObjectSource>[2],
  deps: SourceDependencies,
): Promise<StoredObject[]> {
  const { cluster } = filter;
  const { group, version } = resource;
  // Whether the caller may read all that is asked for has been decided before.
  const everywhere = { cluster, group, resource: resource.resource, where: { kind: 'everywhere' } as const };
  return deps.listObjects(
    resourceScopeParameter([everywhere]),
    {
      groups: [group],
      resources: [resource.resource],
      kinds: undefined,
      version,
      cluster,
      namespace: filter.namespace,
      name: filter.name,
      nameContains: undefined,
      compositionId: undefined,
      labels: undefined,
      labelRequirements: filter.labelRequirements,
      updatedSince: undefined,
      deleted: filter.deleted ? 'deleted' : 'live',
      at: filter.at,
    },
    page,
  );
}

async function listEvents(
  filter: ObjectFilter,
  page: Parameters<ObjectSource>[2],
  deps: SourceDependencies,
): Promise<StoredObject[]> {
  const { fields } = filter;
  const involvedUid = fields['involvedObject.uid'];
  const involvedName = fields['involvedObject.name'];
  const isOfOneObject = involvedUid !== undefined || involvedName !== undefined || filter.name !== undefined;
  const isRecent = !filter.deleted && filter.at === undefined && !isOfOneObject;
  const [namespace, name, uid] = page.after ?? [];
  const rows = await deps.listEvents(
    {
      cluster: filter.cluster,
      namespace: filter.namespace,
      name: filter.name,
      involvedUid,
      involvedName,
      involvedNamespace: fields['involvedObject.namespace'],
      involvedKind: fields['involvedObject.kind'],
      since: isRecent ? new Date(deps.now().getTime() - eventTtlMs).toISOString() : undefined,
      until: filter.at,
    },
    {
      after: page.after === undefined ? undefined : [namespace ?? '', name ?? '', uid ?? ''],
      limit: page.limit,
    },
  );
  return rows.map((row) => ({ raw: row.raw, key: [row.namespace, row.name, row.uid] }));
}
