import type { Pool } from 'pg';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { likePattern } from './like-pattern.ts';
import { loadSql } from './load-sql.ts';

/** Which events; `undefined` takes all. */
export type EventFilter = {
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  /** `Pod`, or with its apiVersion `v1.Pod`. */
  readonly kind: string | undefined;
  /** Anywhere in the involved object's name, in either case. */
  readonly nameContains: string | undefined;
  readonly compositionId: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** RFC 3339. */
  readonly since: string | undefined;
};

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

const statement = loadSql('list-events');

/** Events inside the scope, newest first, each with its latest version only. */
export async function listEvents(
  pool: Pick<Pool, 'query'>,
  scope: EventScopeParameter,
  filter: EventFilter,
  page: { readonly after: EventKey | undefined; readonly limit: number },
): Promise<ListedEvent[]> {
  const result = await pool.query<ListedEvent>(statement, [
    JSON.stringify(scope),
    filter.cluster,
    filter.namespace,
    filter.kind,
    filter.nameContains === undefined ? undefined : likePattern(filter.nameContains),
    filter.compositionId,
    filter.labels === undefined ? undefined : JSON.stringify(filter.labels),
    filter.since,
    true,
    page.limit,
    page.after?.[0],
    page.after?.[1],
  ]);
  return result.rows;
}
