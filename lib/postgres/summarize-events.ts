import type { Pool } from 'pg';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { type EventFilter, eventFilterParameters, eventStatement } from './event-filter.ts';
import { labelledObjects } from './labelled-objects.ts';

export type EventSummaryKey = 'kind' | 'namespace' | 'type' | 'reason' | 'cluster' | 'composition';

const statement = eventStatement('summarize-events');

/** How many events inside the scope there are of each, among the newest `max`; most first. */
export async function summarizeEvents(
  pool: Pick<Pool, 'query'>,
  scope: EventScopeParameter,
  filter: EventFilter,
  options: { readonly by: EventSummaryKey; readonly max: number },
): Promise<{ readonly value: string | null; readonly count: number }[]> {
  const uids = await labelledObjects(pool, scope, filter);
  const result = await pool.query<{ value: string | null; count: number }>(statement, [
    ...eventFilterParameters(scope, filter, uids),
    options.by,
    options.max,
  ]);
  return result.rows;
}
