import type { CloudEvent } from './cloud-event.ts';
import { eventTypes } from './event-types.ts';
import { parseExactJson, stringifyExactJson } from './exact-json.ts';
import { type KubernetesEvent, readKubernetesEvent } from './kubernetes-event.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { parseKubernetesObject } from './parse-kubernetes-object.ts';
import { redactObject } from './redact-object.ts';
import { compositionIdOf, isKubernetesEvent } from './resource-row.ts';
import { parseSource } from './resource-subject.ts';
import { timestampMicros } from './timestamp-micros.ts';

/** One version of one Kubernetes event, as it is stored in `events`. */
export type EventRow = {
  readonly cluster: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly namespace: string;
  readonly name: string;
  readonly event: KubernetesEvent;
  /** The event's own time, microseconds since 1970. */
  readonly createdAtMicros: number;
  /** False where the event carries no time, and `createdAtMicros` is when it was observed. */
  readonly dated: boolean;
  readonly observedAtMicros: number;
  readonly involvedResource: string | undefined;
  /** What its label or the involved object's own kind says; otherwise that object's row is asked. */
  readonly compositionId: string | undefined;
  readonly json: string | Uint8Array;
};

export type EventRowResult =
  | { readonly kind: 'row'; readonly row: EventRow }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'poison'; readonly reason: string };

/** Reads an event record whose data are bytes. Reasons quote no values. See `resourceRow` for the context. */
export function eventRow(
  event: CloudEvent,
  context: { readonly clusterName: string | undefined; readonly nowMicros: number },
): EventRowResult {
  const isForeign = event.type !== eventTypes.eventRecorded;
  const parsed = parseKubernetesObject(event.data, isForeign ? parseExactJson : JSON.parse);
  if (parsed.kind === 'invalid') return { kind: 'poison', reason: parsed.reason };
  const { object } = parsed;
  if (isForeign && !isKubernetesEvent(object)) return { kind: 'skip', reason: 'not a Kubernetes event' };
  // Events expire; that is no news.
  if (event.type === eventTypes.apiServerDelete) return { kind: 'skip', reason: 'expiry of an event' };
  const cluster = isForeign ? context.clusterName : parseSource(event.source)?.cluster;
  if (cluster === undefined) {
    return {
      kind: 'poison',
      reason: 'the event names no cluster, expected one in source or in CLUSTER_NAME',
    };
  }
  const { uid } = object.metadata;
  if (uid === undefined || uid === '') return { kind: 'poison', reason: 'metadata.uid is missing' };
  const json = isForeign ? redacted(object) : parsed.json;
  return { kind: 'row', row: { cluster, uid, ...contentOf(event, object, context.nowMicros), json } };
}

function contentOf(
  event: CloudEvent,
  object: KubernetesObject,
  nowMicros: number,
): Omit<EventRow, 'cluster' | 'uid' | 'json'> {
  const { metadata } = object;
  const read = readKubernetesEvent(object);
  const occurredAtMicros = micros(read.occurredAt);
  const observedAtMicros = micros(event.time) ?? nowMicros;
  return {
    resourceVersion: metadata.resourceVersion ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    event: read,
    createdAtMicros: occurredAtMicros ?? observedAtMicros,
    dated: occurredAtMicros !== undefined,
    observedAtMicros,
    involvedResource: event.extensions['involvedresource'] || undefined,
    compositionId:
      compositionIdOf(object, '') ?? compositionIdOf({ metadata: uidOf(read) }, read.involved.group),
  };
}

function micros(time: string | undefined): number | undefined {
  return time === undefined ? undefined : timestampMicros(time);
}

function redacted(object: KubernetesObject): string {
  return stringifyExactJson(redactObject(object, { rules: [], keepManagedFields: false })) ?? '';
}

function uidOf(event: KubernetesEvent): { uid?: string } {
  return event.involved.uid === undefined ? {} : { uid: event.involved.uid };
}
