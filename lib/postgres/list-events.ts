import type { Pool } from 'pg';
import type { EventFields } from '../core/event-json.ts';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { type EventFilter, eventFilterParameters, eventStatement } from './event-filter.ts';
import { labelledObjects } from './labelled-objects.ts';
import { prepared } from './prepared.ts';

/** A place in the order of events, newest first. */
export type EventKey = readonly [createdAt: string, position: string];

/** One version of an event, with its place in the order of commits. */
export type EventRow = Omit<EventFields, 'raw'> & { readonly position: string };

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
  const uids = await labelledObjects(pool, scope, filter);
  const result = await pool.query<ListedEvent>({
    ...prepared(statement),
    values: [
      ...eventFilterParameters(scope, filter, uids),
      page.withRaw,
      page.limit,
      page.after?.[0],
      page.after?.[1],
    ],
  });
  return result.rows;
}
