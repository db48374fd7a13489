import { z } from 'zod';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import type { EventFilter } from '../../lib/postgres/event-filter.ts';
import type { EventPage, ListedEvent } from '../../lib/postgres/list-events.ts';
import { filterOf, findVisible, type VisibleDependencies } from './find-visible.ts';
import type { ListParameters } from './list-parameters.ts';

export type ListDependencies = VisibleDependencies & {
  readonly cursorKeys: SealingKeys;
  readonly listRows: (
    scope: EventScopeParameter,
    filter: EventFilter,
    page: EventPage,
  ) => Promise<ListedEvent[]>;
};

export type ListOutcome =
  | {
      readonly kind: 'page';
      readonly rows: readonly ListedEvent[];
      readonly cursor: string | undefined;
      /** Clusters that are left out, because nobody there could say what the caller may see. */
      readonly missingClusters: readonly string[];
    }
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

const keySchema = z.tuple([z.string(), z.string()]);

/** One page of the events that the caller may see, newest first, and a cursor where more follow. */
export async function listEvents(
  caller: KnownCaller,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const { cursor, limit } = parameters;
  const asked = filterOf(parameters);
  const binding = { username: caller.user.username, query: asked };
  const after = cursor === undefined ? undefined : decodeCursor(deps.cursorKeys, binding, cursor, keySchema);
  if (cursor !== undefined && after === undefined) return { kind: 'invalid-cursor' };

  const visible = await findVisible(caller, asked, deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  if (scopes.length === 0) return { kind: 'page', rows: [], cursor: undefined, missingClusters };

  // One more than asked for shows whether another page follows.
  const page = { after, limit: limit + 1, withRaw: parameters.raw };
  const rows = await deps.listRows(eventScopeParameter(scopes), filter, page);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    rows: shown,
    cursor:
      rows.length > limit && last !== undefined
        ? encodeCursor(deps.cursorKeys, binding, [last.created_at, last.position])
        : undefined,
    missingClusters,
  };
}
