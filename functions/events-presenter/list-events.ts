import { z } from 'zod';
import type { AccessControl } from '../../lib/access/access-control.ts';
import { findEventScopes } from '../../lib/access/find-event-scopes.ts';
import { decodeCursor, encodeCursor } from '../../lib/core/cursor.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../lib/core/sealed-token.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import type { EventTarget } from '../../lib/postgres/list-event-targets.ts';
import type { EventFilter, EventKey, ListedEvent } from '../../lib/postgres/list-events.ts';
import type { ListParameters } from './list-parameters.ts';

export type ListDependencies = {
  /** The cluster whose API server `access` asks; events of any other are nobody's. */
  readonly cluster: string;
  readonly access: AccessControl;
  readonly cursorKeys: SealingKeys;
  readonly listTargets: (within: {
    readonly cluster: string;
    readonly namespace: string | undefined;
  }) => Promise<EventTarget[]>;
  readonly listRows: (
    scope: EventScopeParameter,
    filter: EventFilter,
    page: { readonly after: EventKey | undefined; readonly limit: number },
  ) => Promise<ListedEvent[]>;
};

export type ListOutcome =
  | { readonly kind: 'page'; readonly rows: readonly ListedEvent[]; readonly cursor: string | undefined }
  | { readonly kind: 'invalid-cursor' }
  | { readonly kind: 'rights-unknown' };

const nothing: ListOutcome = { kind: 'page', rows: [], cursor: undefined };
const keySchema = z.tuple([z.string(), z.string()]);

/** One page of the events that the user may see, newest first, and a cursor where more follow. */
export async function listEvents(
  user: UserInfo,
  parameters: ListParameters,
  deps: ListDependencies,
): Promise<ListOutcome> {
  const { cursor, limit } = parameters;
  const filter: EventFilter = {
    cluster: parameters.cluster,
    namespace: parameters.namespace,
    kind: parameters.kind,
    nameContains: parameters.name,
    compositionId: parameters.composition_id,
    labels: parameters.labels,
    since: parameters.since,
  };
  const binding = { username: user.username, query: filter };
  const after = cursor === undefined ? undefined : decodeCursor(deps.cursorKeys, binding, cursor, keySchema);
  if (cursor !== undefined && after === undefined) return { kind: 'invalid-cursor' };
  if (filter.cluster !== undefined && filter.cluster !== deps.cluster) return nothing;

  const found = await findEventScopes(deps.access, user, {
    cluster: deps.cluster,
    namespace: filter.namespace,
    withInvolved: filter.labels !== undefined,
    listTargets: () => deps.listTargets({ cluster: deps.cluster, namespace: filter.namespace }),
  });
  if (found.kind === 'unknown') return { kind: 'rights-unknown' };
  if (found.scopes.length === 0) return nothing;

  // One more than asked for shows whether another page follows.
  const rows = await deps.listRows(
    eventScopeParameter(found.scopes),
    { ...filter, cluster: deps.cluster },
    { after, limit: limit + 1 },
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    rows: shown,
    cursor:
      rows.length > limit && last !== undefined
        ? encodeCursor(deps.cursorKeys, binding, [last.created_at, last.position])
        : undefined,
  };
}
