import type { ChosenFields } from './query-fields.ts';
import { trimTime } from './trim-time.ts';

/** What clients see of one version of a Kubernetes event. Times are RFC 3339 in UTC with microseconds. */
export type EventFields = {
  readonly event_id: string;
  readonly global_uid: string;
  readonly cluster_name: string;
  readonly namespace: string;
  readonly resource_kind: string;
  readonly resource_name: string;
  readonly involved_object_uid: string | null;
  readonly event_type: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly composition_id: string | null;
  readonly created_at: string;
  readonly raw?: string | null;
};

/**
 * An event as the seed stack words it. In lists it carries the whole event as `raw`, a JSON text inside the
 * JSON: the portal's schema asks for a string there, and refuses members that it does not know.
 */
export function eventJson(event: EventFields, fields?: ChosenFields): string {
  const item: Record<string, string | undefined> = {
    event_id: event.event_id,
    global_uid: event.global_uid,
    cluster_name: event.cluster_name,
    namespace: event.namespace,
    resource_kind: event.resource_kind,
    resource_name: event.resource_name,
    involved_object_uid: event.involved_object_uid ?? undefined,
    event_type: event.event_type,
    reason: event.reason ?? undefined,
    message: event.message ?? undefined,
    composition_id: event.composition_id ?? undefined,
    created_at: trimTime(event.created_at),
    raw: event.raw ?? undefined,
  };
  if (fields === undefined) return JSON.stringify(item);
  return JSON.stringify(Object.fromEntries(fields.members.map((name) => [name, item[name]])));
}
