import { encodeAttributeText } from './attribute-text.ts';
import type { CloudEvent } from './cloud-event.ts';
import { type EventVerb, formatEventId } from './event-id.ts';
import { type EventType, eventTypes } from './event-types.ts';
import { stringifyExactJson } from './exact-json.ts';
import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts';
import { apiVersionOf, type ResourceKind } from './resource-kind.ts';
import { formatSource, formatSubject } from './resource-subject.ts';

/** What an event needs to know besides the object. */
export type ResourceEventContext = {
  readonly cluster: string;
  /** Function that emits, the last part of `source`. */
  readonly functionName: string;
  readonly kind: ResourceKind;
  /** When the watcher saw the change, RFC 3339. */
  readonly observedAt: string;
};

/** An object's identity and last known version, for what was found to be gone. */
export type ObjectIdentity = {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
};

/**
 * Brokers on Kafka and NATS refuse messages over 1,048,576 bytes, headers included. Headers are at most 8 KiB,
 * and our JSON may be a little longer than the API server's (numbers, escapes), hence the slack.
 */
export const maxEventDataBytes = 1_000_000;

const verbs = {
  [eventTypes.resourceUpserted]: 'upserted',
  [eventTypes.resourceDeleted]: 'deleted',
  [eventTypes.eventRecorded]: 'recorded',
} as const satisfies Partial<Record<EventType, EventVerb>>;

/**
 * The CloudEvent of one version of one object. The object is expected to be redacted already.
 * @param size.receivedBytes length of what the object came in, an upper bound that saves measuring; measured
 * where it is unknown or near the limit. Above the limit the event carries the identity only, and
 * the extension `truncated`.
 */
export function resourceEvent(
  type: keyof typeof verbs,
  object: KubernetesObject,
  context: ResourceEventContext,
  size: { readonly receivedBytes?: number } = {},
): CloudEvent<KubernetesObject> {
  const tooLarge =
    (size.receivedBytes ?? Number.POSITIVE_INFINITY) > 0.8 * maxEventDataBytes && isTooLarge(object);
  return build(type, tooLarge ? identityOf(object, context.kind) : object, context, tooLarge);
}

/** The event of an object whose content cannot be handled: its identity only. */
export function identityEvent(
  type: keyof typeof verbs,
  object: KubernetesObject,
  context: ResourceEventContext,
): CloudEvent<KubernetesObject> {
  return build(type, identityOf(object, context.kind), context, true);
}

/** The event for an object whose deletion was found by comparing lists: its last state is not known. */
export function goneEvent(
  identity: ObjectIdentity,
  context: ResourceEventContext,
): CloudEvent<KubernetesObject> {
  const { namespace, name, uid, resourceVersion } = identity;
  const object: KubernetesObject = {
    apiVersion: apiVersionOf(context.kind),
    kind: context.kind.kind,
    metadata: { name, ...(namespace !== '' && { namespace }), uid, resourceVersion },
  };
  return build(eventTypes.resourceDeleted, object, context, true);
}

function build(
  type: keyof typeof verbs,
  data: KubernetesObject,
  context: ResourceEventContext,
  truncated: boolean,
): CloudEvent<KubernetesObject> {
  const { group, version, resource } = context.kind;
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = data.metadata;
  return {
    // Without a uid (some aggregated APIs) only the place tells objects apart.
    id: formatEventId(
      context.cluster,
      {
        uid: uid === '' ? encodeAttributeText(`${group}:${resource}:${namespace}:${name}`) : uid,
        resourceVersion,
      },
      verbs[type],
    ),
    source: formatSource(context.cluster, context.functionName),
    type,
    subject: formatSubject({ group, version, resource, namespace, name }),
    time: context.observedAt,
    datacontenttype: 'application/json',
    extensions: {
      ...(uid !== '' && { partitionkey: uid }),
      ...(truncated && { truncated: 'true' }),
    },
    data,
  };
}

function isTooLarge(object: KubernetesObject): boolean {
  // A character is at most 6 bytes of JSON; counting them costs a fifth of writing the JSON.
  if (countCharacters(object) * 6 < maxEventDataBytes) return false;
  return Buffer.byteLength(stringifyExactJson(object) ?? '') > maxEventDataBytes;
}

/** Characters of the value as JSON, escapes not counted; small values count more than they have. */
function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 25;
  let count = 2;
  if (Array.isArray(value)) {
    for (const element of value) count += countCharacters(element);
    return count;
  }
  for (const key in value) count += key.length + 4 + countCharacters((value as Record<string, unknown>)[key]);
  return count;
}

/** Also the fields that composition and ownership are resolved by, as long as they are small. */
function identityOf(object: KubernetesObject, kind: ResourceKind): KubernetesObject {
  const { metadata } = object;
  const small: ObjectMeta = {};
  for (const field of identityFields) {
    if (metadata[field] !== undefined) Object.assign(small, { [field]: metadata[field] });
  }
  for (const field of ['labels', 'ownerReferences'] as const) {
    const value = metadata[field];
    if (value === undefined || JSON.stringify(value).length > 100_000) continue;
    Object.assign(small, { [field]: value });
  }
  return {
    apiVersion: object.apiVersion ?? apiVersionOf(kind),
    kind: object.kind ?? kind.kind,
    metadata: small,
  };
}

const identityFields = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
] as const;
