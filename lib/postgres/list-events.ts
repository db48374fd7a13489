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
  /** RFC 3339. Where it is given, its day and the one before are looked at alone first. */
  readonly now?: string | undefined;
};

const dayMs = 86_400_000;

const statement = eventStatement('list-events');

/**
 * Events inside the scope, newest first, each with its latest version only.
 *
 * Mostly a day has a page of them. A question about one day leaves the partitions of all others out before they are
 * planned for (measured with eight of them: planning takes 0.6 ms instead of 1.8 ms), and each of them would be
 * searched for its own newest event. For words in one partition the planner takes their index, for those in two rather
 * looks at all events in the order of time.
 */
export async function listEvents(
  pool: Pick<Pool, 'query'>,
  scope: EventScopeParameter,
  filter: EventFilter,
  page: EventPage,
): Promise<ListedEvent[]> {
  const uids = await labelledObjects(pool, scope, filter);
  const ask = async (since: string | undefined): Promise<ListedEvent[]> => {
    const asked = { ...filter, since };
    const values = [...eventFilterParameters(scope, asked, uids), page.withRaw, page.limit, ...keyOf(page)];
    return (await pool.query<ListedEvent>({ ...prepared(statement), values })).rows;
  };
  for (const start of uids === undefined ? recentStarts(filter, page) : []) {
    const rows = await ask(start);
    if (rows.length === page.limit) return rows;
  }
  return ask(filter.since);
}

function keyOf({ after }: EventPage): (string | undefined)[] {
  return [after?.[0], after?.[1]];
}

/**
 * Where to begin looking, nearest first: with the day that the newest event of the page can be of, then a day before it.
 * None where an index finds the few that there are.
 */
function recentStarts({ since, until, ...filter }: EventFilter, page: EventPage): string[] {
  if (page.now === undefined) return [];
  const { involvedUid, involvedName, compositionId } = filter;
  if ([involvedUid, involvedName, compositionId].some((value) => value !== undefined)) return [];
  const ends = [page.now, until, page.after?.[0]].filter((time) => time !== undefined);
  const newestMs = Math.min(...ends.map((time) => Date.parse(time)));
  return [newestMs - (newestMs % dayMs), newestMs - dayMs]
    .filter((startMs) => since === undefined || Date.parse(since) < startMs)
    .map((startMs) => new Date(startMs).toISOString());
}
