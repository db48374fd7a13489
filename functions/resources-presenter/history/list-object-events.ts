import { z } from 'zod';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../../lib/core/cursor.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../../lib/core/scope-parameter.ts';
import type { SealingKeys } from '../../../lib/core/sealed-token.ts';
import { anyEvent, type EventFilter } from '../../../lib/postgres/event-filter.ts';
import type { EventPage, ListedEvent } from '../../../lib/postgres/list-events.ts';
import { type FindDependencies, findGettable, type Gettable } from './find-gettable.ts';
import type { ObjectEventsParameters } from './history-parameters.ts';

export type ObjectEventsDependencies = FindDependencies & {
  readonly cursorKeys: SealingKeys;
  readonly listEvents: (
    scope: EventScopeParameter,
    filter: EventFilter,
    page: EventPage,
  ) => Promise<ListedEvent[]>;
};

export type ObjectEventsOutcome =
  | {
      readonly kind: 'page';
      readonly rows: readonly ListedEvent[];
      readonly cursor: string | undefined;
    }
  | { readonly kind: 'invalid-cursor' }
  | Exclude<Gettable, { kind: 'found' }>;

const keySchema = z.tuple([z.string(), z.string()]);

/** The Kubernetes events about one object, newest first: who may get an object may read the events about it. */
export async function listObjectEvents(
  caller: KnownCaller,
  globalUid: string,
  parameters: ObjectEventsParameters,
  deps: ObjectEventsDependencies,
): Promise<ObjectEventsOutcome> {
  const binding = { username: caller.user.username, query: { events: globalUid } };
  const { cursor, limit } = parameters;
  const after = cursor === undefined ? undefined : decodeCursor(deps.cursorKeys, binding, cursor, keySchema);
  if (cursor !== undefined && after === undefined) return { kind: 'invalid-cursor' };

  const found = await findGettable(caller, globalUid, deps);
  if (found.kind !== 'found') return found;
  const { cluster_name: cluster, uid, api_group: group, resource, namespace, name } = found.object;
  // Its name as well: an event that names another object under this uid is not about this one.
  const object = { kind: 'listed', namespaces: [], objects: [{ namespace, name }], names: [] } as const;
  // Those whose kind nobody knew when they came are for who may list events there.
  const eventNamespace = namespace === '' ? 'default' : namespace;
  const mayList = await found.access.decide(caller.user, {
    verb: 'list',
    group: '',
    resource: 'events',
    namespace: eventNamespace,
    name: '',
  });
  if (mayList === 'unknown') return { kind: 'rights-unknown' };
  const namespaces = mayList === 'allowed' ? [eventNamespace] : [];
  const events = { kind: 'listed', namespaces, objects: [], names: [] } as const;
  const scope = eventScopeParameter([{ cluster, events, involved: [{ group, resource, where: object }] }]);
  const page = { after, limit: limit + 1, withRaw: parameters.raw };
  const rows = await deps.listEvents(scope, { ...anyEvent, cluster, involvedUid: uid }, page);
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
