import { type EventScope, isNowhere, type ResourceScope, type Where } from '../core/access-scope.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl, NamedObject } from './access-control.ts';
import { type AccessKind, findResourceScopes, type ScopesOutcome } from './find-resource-scopes.ts';

/** What the events of one cluster are about, read only as far as it matters. */
export type EventInventory = {
  /** Of the events. */
  readonly namespaces: () => Promise<readonly string[]>;
  /** Kinds that events are about; an empty resource where nobody knew it. */
  readonly kinds: () => Promise<readonly AccessKind[]>;
  /** Of the objects of a kind; `''` for cluster-scoped ones. */
  readonly involvedNamespaces: (kind: AccessKind) => Promise<readonly string[]>;
  /** Objects of a kind in these namespaces; as many as are worth asking about one at a time. */
  readonly involvedObjects: (
    kind: AccessKind,
    namespaces: readonly string[],
  ) => Promise<readonly NamedObject[]>;
};

/**
 * Which events of one cluster the user may see. Asks where the user may list events first; only for the rest it
 * matters what the events are about.
 * @param wanted.withInvolved find out for all events whose objects the user may get, because a filter looks at
 *   these objects
 */
export async function findEventScopes(
  access: AccessControl,
  user: UserInfo,
  wanted: {
    readonly cluster: string;
    readonly namespace: string | undefined;
    /** The one name of the question, if it names one. */
    readonly involvedName: string | undefined;
    readonly withInvolved: boolean;
    readonly inventory: EventInventory;
  },
): Promise<ScopesOutcome<EventScope>> {
  const { cluster, namespace, involvedName, withInvolved, inventory } = wanted;
  const events = await access.findWhere(
    user,
    { verb: 'list', group: '', resource: 'events' },
    { namespaces: namespace === undefined ? inventory.namespaces : () => Promise.resolve([namespace]) },
  );
  if (events === 'unknown') return { kind: 'unknown' };
  if (!withInvolved && coversAll(events, namespace)) {
    return { kind: 'scopes', scopes: [{ cluster, events, involved: [] }] };
  }
  // Of a kind that nobody knew nobody can be asked.
  const kinds = (await inventory.kinds()).filter((kind) => kind.resource !== '');
  const involved = await findResourceScopes(access, user, {
    verb: 'get',
    cluster,
    kinds,
    namespace: undefined,
    name: involvedName,
    objectsOf: inventory.involvedObjects,
    namespacesOf: async (kind) => {
      // Events about cluster-scoped objects have a namespace, too, mostly `default`.
      const places = namespace === undefined ? await inventory.involvedNamespaces(kind) : [namespace, ''];
      return withInvolved || events.kind === 'everywhere'
        ? places
        : places.filter((place) => !events.namespaces.includes(place));
    },
  });
  if (involved.kind === 'unknown') return involved;
  const beyond = withInvolved ? involved.scopes : outside(involved.scopes, events);
  if (isNowhere(events) && beyond.length === 0) return { kind: 'scopes', scopes: [] };
  return { kind: 'scopes', scopes: [{ cluster, events, involved: beyond }] };
}

/**
 * Without the namespaces whose events may be listed anyhow: events are in the namespace of their object, so what is
 * left says the same, and is not compared with each row that the first part refuses.
 */
function outside(scopes: readonly ResourceScope[], events: Where): ResourceScope[] {
  if (events.kind === 'everywhere' || events.namespaces.length === 0) return [...scopes];
  const covered = new Set(events.namespaces);
  return scopes
    .map(
      (scope): ResourceScope =>
        scope.where.kind === 'everywhere'
          ? scope
          : {
              ...scope,
              where: {
                ...scope.where,
                namespaces: scope.where.namespaces.filter((namespace) => !covered.has(namespace)),
                objects: scope.where.objects.filter(({ namespace }) => !covered.has(namespace)),
              },
            },
    )
    .filter(({ where }) => !isNowhere(where));
}

function coversAll(events: Where, namespace: string | undefined): boolean {
  if (events.kind === 'everywhere') return true;
  return namespace !== undefined && events.namespaces.includes(namespace);
}
