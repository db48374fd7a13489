/** Which Kubernetes events a stream sends; `undefined` takes all. */
export type EventStreamFilter = {
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  /** `Pod`, or with its apiVersion `v1.Pod`. */
  readonly kinds: readonly string[] | undefined;
  readonly types: readonly string[] | undefined;
  readonly reasons: readonly string[] | undefined;
  readonly compositionId: string | undefined;
  readonly involvedUid: string | undefined;
  readonly involvedName: string | undefined;
};

export type FilteredEvent = {
  readonly cluster_name: string;
  readonly namespace: string;
  readonly resource_kind: string;
  readonly involved_object_kind: string;
  readonly event_type: string;
  readonly reason: string | null;
  readonly composition_id: string | null;
  readonly involved_object_uid: string | null;
  readonly resource_name: string;
};

/** The condition of read-events-after.sql, for rows that are here already. */
export function matchesEvent(filter: EventStreamFilter, event: FilteredEvent): boolean {
  return (
    isOrAny(filter.cluster, event.cluster_name) &&
    isOrAny(filter.namespace, event.namespace) &&
    isOrAny(filter.compositionId, event.composition_id) &&
    isOrAny(filter.involvedUid, event.involved_object_uid) &&
    isOrAny(filter.involvedName, event.resource_name) &&
    hasOrAny(filter.types, event.event_type) &&
    hasOrAny(filter.reasons, event.reason) &&
    (hasOrAny(filter.kinds, event.resource_kind) || hasOrAny(filter.kinds, event.involved_object_kind))
  );
}

function isOrAny(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value;
}

function hasOrAny(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}
