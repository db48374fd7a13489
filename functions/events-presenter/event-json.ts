import type { ChosenFields } from '../../lib/core/query-fields.ts';
import { trimTime } from '../../lib/core/trim-time.ts';
import type { EventRow } from '../../lib/postgres/list-events.ts';

/**
 * An event as the seed stack words it. In lists it carries the whole event as `raw`, a JSON text inside the
 * JSON: the portal's schema asks for a string there, and refuses members that it does not know.
 */
export function eventJson(
  event: Omit<EventRow, 'position'> & { readonly raw?: string | null },
  fields?: ChosenFields,
): string {
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
