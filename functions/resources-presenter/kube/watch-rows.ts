import { type EventStreamFilter, matchesEvent } from '../../../lib/core/event-stream-filter.ts';
import { selectableValues } from '../../../lib/core/kube-api/object-fields.ts';
import {
  matchesChange,
  type ResourceStreamFilter,
  seenChange,
} from '../../../lib/core/resource-stream-filter.ts';
import type { StreamBounds } from '../../../lib/postgres/event-stream-bounds.ts';
import type { StreamedEvent } from '../../../lib/postgres/read-events-after.ts';
import type { ResourceChange } from '../../../lib/postgres/read-resources-after.ts';
import type { ServedResource } from './kube-catalog.ts';
import type { KubeQuery } from './kube-query.ts';
import { parseObject } from './present-objects.ts';
import type { WatchEvent, WatchRows } from './watch-plan.ts';

export type WatchSources = {
  readonly readChanges: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly filter: ResourceStreamFilter;
    readonly withRaw: boolean;
  }) => Promise<ResourceChange[]>;
  readonly resourceBounds: () => Promise<StreamBounds>;
  readonly readEvents: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly filter: EventStreamFilter;
    readonly withRaw: boolean;
  }) => Promise<StreamedEvent[]>;
  readonly eventBounds: () => Promise<StreamBounds>;
};

/** Changes of one resource as a watch tells them. */
export function resourceWatchRows(
  resource: ServedResource,
  query: KubeQuery,
  sources: WatchSources,
): WatchRows<ResourceChange> {
  const filter: ResourceStreamFilter = {
    cluster: query.filter.cluster,
    groups: [resource.group],
    resources: [resource.resource],
    kinds: undefined,
    version: resource.version,
    namespace: query.filter.namespace,
    name: query.filter.name,
    nameContains: undefined,
    compositionId: undefined,
  };
  const selects = (labels: Readonly<Record<string, string>>): boolean => query.labelSelector.matches(labels);
  const takesObject = (raw: string): boolean => takesLabels(query, raw) && takesFields(resource, query, raw);
  return {
    readPage: (after, upTo, limit) => sources.readChanges({ after, upTo, limit, filter, withRaw: true }),
    readHead: async () => (await sources.resourceBounds()).head,
    matches: (change) => matchesChange(filter, change) && seenChange(selects, change) !== undefined,
    isWhole: (change) => change.raw !== null,
    isOfCluster: (change) => change.cluster_name === query.filter.cluster,
    versionOf: (change) => change.resource_version_text,
    eventsOf: (change) => {
      const { raw, successor } = change;
      if (raw === null) return [];
      if (change.operation === 'deleted' && successor !== null && takesObject(successor)) {
        return replaced(raw, successor);
      }
      const seen = seenChange(selects, change);
      const selected = query.fieldsAreExact || takesFields(resource, query, raw);
      if (seen !== 'upserted' || !selected) {
        return [{ type: 'DELETED', raw: withVersion(raw, change.resource_version_text) }];
      }
      const knownBefore = change.previous_labels !== null && selects(change.previous_labels);
      return [{ type: knownBefore ? 'MODIFIED' : 'ADDED', raw }];
    },
  };
}

/** Kubernetes events as a watch tells them. An API server deletes them after an hour; the mirror does not. */
export function eventWatchRows(
  resource: ServedResource,
  query: KubeQuery,
  sources: WatchSources,
): WatchRows<StreamedEvent> {
  const { fields } = query.filter;
  const filter: EventStreamFilter = {
    cluster: query.filter.cluster,
    namespace: query.filter.namespace,
    kinds: undefined,
    types: undefined,
    reasons: undefined,
    compositionId: undefined,
    involvedUid: fields['involvedObject.uid'],
    involvedName: fields['involvedObject.name'],
  };
  return {
    readPage: (after, upTo, limit) => sources.readEvents({ after, upTo, limit, filter, withRaw: true }),
    readHead: async () => (await sources.eventBounds()).head,
    matches: (event) =>
      matchesEvent(filter, event) && (query.filter.name === undefined || event.name === query.filter.name),
    isWhole: (event) => event.raw !== null,
    isOfCluster: (event) => event.cluster_name === query.filter.cluster,
    versionOf: (event) => event.resource_version_text,
    eventsOf: ({ raw, repeated }) => {
      if (raw === null || !takesLabels(query, raw) || !takesFields(resource, query, raw)) return [];
      return [{ type: repeated === true ? 'MODIFIED' : 'ADDED', raw: resource.show?.(raw) ?? raw }];
    },
  };
}

/**
 * Most clients know objects by name: the end of one would take away from them what has its name by now, so they are
 * told of that once more. The end has the version of what follows, not its own: whoever is cut off between the two
 * goes on from there and gets both again.
 */
function replaced(raw: string, successor: string): readonly WatchEvent[] {
  const version = parseObject(successor).metadata.resourceVersion ?? '';
  return [
    { type: 'DELETED', raw: withVersion(raw, version) },
    { type: 'ADDED', raw: successor },
  ];
}

function takesFields(resource: ServedResource, query: KubeQuery, raw: string): boolean {
  const { requirements, matches } = query.fieldSelector;
  return requirements.length === 0 || matches(selectableValues(resource, parseObject(raw)));
}

function takesLabels(query: KubeQuery, raw: string): boolean {
  const { requirements, matches } = query.labelSelector;
  return requirements.length === 0 || matches(parseObject(raw).metadata.labels);
}

/** What is deleted carries the version of its deletion, from which clients go on. */
function withVersion(raw: string, version: string): string {
  const object = parseObject(raw);
  if (version === '' || object.metadata.resourceVersion === version) return raw;
  return JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: version } });
}
