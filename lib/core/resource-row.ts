import { parseApiServerSubject } from './api-server-subject.ts';
import type { CloudEvent } from './cloud-event.ts';
import { eventTypes } from './event-types.ts';
import { parseExactJson, stringifyExactJson } from './exact-json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { parseKubernetesObject } from './parse-kubernetes-object.ts';
import { redactObject } from './redact-object.ts';
import { parseSource, parseSubject, type ResourceSubject } from './resource-subject.ts';
import { isComparableResourceVersion } from './resource-version.ts';
import { timestampMicros } from './timestamp-micros.ts';

/** One version of one object, or its deletion, as it is merged into `resources`. */
export type ResourceRow = {
  readonly deleted: boolean;
  readonly cluster: string;
  readonly uid: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** What its label or its own uid says; owners are asked in the database. */
  readonly compositionId: string | undefined;
  readonly ownerUids: readonly string[];
  /** Microseconds since 1970. */
  readonly createdAtMicros: number | undefined;
  readonly observedAtMicros: number;
  /** `json` holds the identity only. */
  readonly truncated: boolean;
  /** The object. Bytes where they could be kept as they came. */
  readonly json: string | Uint8Array;
};

/** A row, or why there is none: nothing to do (`skip`), or never storable (`poison`). */
export type ResourceRowResult =
  | { readonly kind: 'row'; readonly row: ResourceRow }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'poison'; readonly reason: string };

const compositionLabel = 'krateo.io/composition-id';
const compositionGroup = 'composition.krateo.io';
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads a resource event whose data are bytes. Reasons quote no values, they go into logs and answers.
 * @param context.clusterName cluster of events that do not name theirs, which are those of ApiServerSource
 * @param context.nowMicros stands in for a time that the event lacks
 */
export function resourceRow(
  event: CloudEvent,
  context: { readonly clusterName: string | undefined; readonly nowMicros: number },
): ResourceRowResult {
  const isForeign = foreignTypes.has(event.type);
  // What we write out again must keep every digit; what goes on as bytes does anyway.
  const parsed = parseKubernetesObject(event.data, isForeign ? parseExactJson : JSON.parse);
  if (parsed.kind === 'invalid') return { kind: 'poison', reason: parsed.reason };
  const { object } = parsed;
  if (isForeign && isKubernetesEvent(object)) {
    return { kind: 'skip', reason: 'Kubernetes events go to the events-ingester' };
  }
  const place = placeOf(event, isForeign, context.clusterName);
  if (place.kind === 'unknown') return { kind: 'poison', reason: place.reason };
  const { metadata } = object;
  if (metadata.uid === undefined || metadata.uid === '')
    return { kind: 'poison', reason: 'metadata.uid is missing' };

  const { cluster, subject } = place;
  return {
    kind: 'row',
    row: {
      deleted: event.type === eventTypes.resourceDeleted || event.type === eventTypes.apiServerDelete,
      cluster,
      uid: metadata.uid,
      group: subject.group,
      version: subject.version,
      kind: object.kind ?? '',
      resource: subject.resource,
      namespace: metadata.namespace ?? subject.namespace,
      name: metadata.name ?? subject.name,
      resourceVersion: metadata.resourceVersion ?? '',
      compositionId: compositionIdOf(object, subject.group),
      ownerUids: ownerUidsOf(object),
      createdAtMicros: timestampMicros(metadata.creationTimestamp ?? ''),
      observedAtMicros:
        (event.time === undefined ? undefined : timestampMicros(event.time)) ?? context.nowMicros,
      truncated: event.extensions['truncated'] === 'true',
      json: isForeign ? redacted(object) : parsed.json,
    },
  };
}

/** The version as a number, where it is one that PostgreSQL can compare. */
export function comparableVersion(row: Pick<ResourceRow, 'resourceVersion'>): string | null {
  return isComparableResourceVersion(row.resourceVersion) ? row.resourceVersion : null;
}

/** The UUID of a composition label; `undefined` for no or a bad label, which is no error. */
export function compositionIdOf(object: KubernetesObject, group: string): string | undefined {
  const label: unknown = object.metadata.labels?.[compositionLabel];
  if (typeof label === 'string' && uuidForm.test(label)) return label;
  const { uid } = object.metadata;
  return group === compositionGroup && uid !== undefined && uuidForm.test(uid) ? uid : undefined;
}

const foreignTypes: ReadonlySet<string> = new Set([
  eventTypes.apiServerAdd,
  eventTypes.apiServerUpdate,
  eventTypes.apiServerDelete,
]);

/** core/v1 or events.k8s.io: the same store under two names. */
export function isKubernetesEvent(object: KubernetesObject): boolean {
  return object.kind === 'Event' && /^(?:v1|events\.k8s\.io\/v1(?:beta1)?)$/.test(object.apiVersion ?? '');
}

function placeOf(
  event: CloudEvent,
  isForeign: boolean,
  clusterName: string | undefined,
):
  | { readonly kind: 'known'; readonly cluster: string; readonly subject: ResourceSubject }
  | { readonly kind: 'unknown'; readonly reason: string } {
  const cluster = isForeign ? clusterName : parseSource(event.source)?.cluster;
  if (cluster === undefined) {
    const reason = isForeign
      ? 'the event names no cluster and CLUSTER_NAME is not set'
      : 'source is not /clusters/<cluster>/<function>';
    return { kind: 'unknown', reason };
  }
  const text = event.subject ?? '';
  const subject = isForeign ? parseApiServerSubject(text) : parseSubject(text);
  return subject === undefined
    ? { kind: 'unknown', reason: 'subject does not name a resource' }
    : { kind: 'known', cluster, subject };
}

function ownerUidsOf(object: KubernetesObject): readonly string[] {
  const owners: unknown = object.metadata.ownerReferences;
  if (!Array.isArray(owners)) return [];
  return owners.flatMap((owner: unknown) => {
    const uid = typeof owner === 'object' && owner !== null && (owner as { uid?: unknown }).uid;
    return typeof uid === 'string' && uid !== '' ? [uid] : [];
  });
}

/** Knative's source sends objects as they are: what our watcher would have removed goes here. */
function redacted(object: KubernetesObject): string {
  return stringifyExactJson(redactObject(object, { rules: [], keepManagedFields: false })) ?? '';
}
