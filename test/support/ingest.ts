import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { formatEventId } from '../../lib/core/event-id.ts';
import { type EventRow, eventRow } from '../../lib/core/event-row.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { IngestItem } from '../../lib/core/ingest-outcome.ts';
import { type ResourceRow, resourceRow } from '../../lib/core/resource-row.ts';
import { formatSource, formatSubject } from '../../lib/core/resource-subject.ts';

/** One version of an object as a test names it; what is left out gets a plain default. */
export type ObjectFixture = {
  readonly uid: string;
  readonly version: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly group?: string;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly resource?: string;
  readonly cluster?: string;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly owners?: readonly string[];
  readonly observedAt?: string;
  readonly deleted?: boolean;
  readonly truncated?: boolean;
  /** Merged into the object. */
  readonly content?: object;
};

/** The CloudEvent that a watcher would emit for it; data are bytes. */
export function objectEvent(fixture: ObjectFixture): CloudEvent {
  const {
    uid,
    version,
    name = `name-${uid}`,
    namespace = 'shop',
    group = 'apps',
    apiVersion = 'v1',
    kind = 'Deployment',
    resource = 'deployments',
    cluster = 'here',
    observedAt = '2026-11-20T10:00:00Z',
  } = fixture;
  const metadata = {
    name,
    namespace,
    uid,
    resourceVersion: version,
    creationTimestamp: '2026-11-20T09:00:00Z',
    ...(fixture.labels && { labels: fixture.labels }),
    ...(fixture.owners && { ownerReferences: fixture.owners.map((owner) => ({ uid: owner, kind: 'Any' })) }),
  };
  const object = {
    apiVersion: group === '' ? apiVersion : `${group}/${apiVersion}`,
    kind,
    metadata,
    ...fixture.content,
  };
  return {
    id: formatEventId(cluster, { uid, resourceVersion: version }, fixture.deleted ? 'deleted' : 'upserted'),
    source: formatSource(cluster, 'resources-watcher'),
    type: fixture.deleted ? eventTypes.resourceDeleted : eventTypes.resourceUpserted,
    subject: formatSubject({ group, version: apiVersion, resource, namespace, name }),
    time: observedAt,
    datacontenttype: 'application/json',
    extensions: { ...(fixture.truncated && { truncated: 'true' }) },
    data: Buffer.from(JSON.stringify(object)),
  };
}

/** What the handler would hand to the writer. */
export function resourceItem(event: CloudEvent): IngestItem<ResourceRow> {
  const content = resourceRow(event, { clusterName: undefined, nowMicros: 0 });
  if (content.kind === 'skip') throw new Error(`Cannot make an item: ${content.reason}`);
  return { event, content };
}

export const objectItem = (fixture: ObjectFixture): IngestItem<ResourceRow> =>
  resourceItem(objectEvent(fixture));

/** One version of a Kubernetes event about an object. */
export type KubernetesEventFixture = {
  readonly uid: string;
  readonly version: string;
  readonly involvedUid?: string;
  readonly at?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly observedAt?: string;
  readonly content?: object;
};

export function eventItem(fixture: KubernetesEventFixture): IngestItem<EventRow> {
  const { uid, version, involvedUid = 'pod', at = '2026-11-20T10:00:00Z' } = fixture;
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `event-${uid}`,
      namespace: 'shop',
      uid,
      resourceVersion: version,
      labels: fixture.labels,
    },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'cart', uid: involvedUid },
    type: 'Normal',
    reason: 'Started',
    message: 'Started container main',
    ...(at !== '' && { lastTimestamp: at }),
    ...fixture.content,
  };
  const event: CloudEvent = {
    id: formatEventId('here', { uid, resourceVersion: version }, 'recorded'),
    source: formatSource('here', 'events-watcher'),
    type: eventTypes.eventRecorded,
    subject: formatSubject({
      group: '',
      version: 'v1',
      resource: 'events',
      namespace: 'shop',
      name: object.metadata.name,
    }),
    time: fixture.observedAt ?? '2026-11-20T10:00:01Z',
    extensions: {},
    data: Buffer.from(JSON.stringify(object)),
  };
  const content = eventRow(event, { clusterName: undefined, nowMicros: 0 });
  if (content.kind === 'skip') throw new Error(`Cannot make an item: ${content.reason}`);
  return { event, content };
}
