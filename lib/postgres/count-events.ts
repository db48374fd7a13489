import type { Pool } from 'pg';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { type EventFilter, eventFilterParameters, eventStatement } from './event-filter.ts';
import { labelledObjects } from './labelled-objects.ts';

const statement = eventStatement('count-events');

/** How many events are inside the scope, counted up to `max`. */
export async function countEvents(
  pool: Pick<Pool, 'query'>,
  scope: EventScopeParameter,
  filter: EventFilter,
  max: number,
): Promise<number> {
  const uids = await labelledObjects(pool, scope, filter);
  const result = await pool.query<{ count: number }>(statement, [
    ...eventFilterParameters(scope, filter, uids),
    max,
  ]);
  return result.rows[0]?.count ?? 0;
}
