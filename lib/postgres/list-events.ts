import type { Pool } from 'pg';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { type EventFilter, eventFilterParameters, eventStatement } from './event-filter.ts';

/** A place in the order of events, newest first. */
export type EventKey = readonly [createdAt: string, position: string];

/** One version of an event as clients see it. Times are RFC 3339 in UTC with microseconds. */
export type EventRow = {
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
  readonly position: string;
};

/** `raw` is the event as a JSON text. */
export type ListedEvent = EventRow & { readonly raw: string | null };

export type EventPage = {
  readonly after: EventKey | undefined;
  readonly limit: number;
  readonly withRaw: boolean;
};

const statement = eventStatement('list-events');

/** Events inside the scope, newest first, each with its latest version only. */
export async function listEvents(
  pool: Pick<Pool, 'query'>,
  scope: EventScopeParameter,
  filter: EventFilter,
  page: EventPage,
): Promise<ListedEvent[]> {
  const result = await pool.query<ListedEvent>(statement, [
    ...eventFilterParameters(scope, filter),
    page.withRaw,
    page.limit,
    page.after?.[0],
    page.after?.[1],
  ]);
  return result.rows;
}
