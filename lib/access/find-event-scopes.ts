import { type EventScope, isNowhere } from '../core/access-scope.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl } from './access-control.ts';
import { type AccessTarget, findResourceScopes, type ScopesOutcome } from './find-resource-scopes.ts';

/** What some events are about, and in which namespace they are. */
export type EventAccessTarget = {
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly involvedNamespace: string;
};

const listEvents = { verb: 'list', group: '', resource: 'events' } as const;

/**
 * Which events the user may see. Asks where the user may list events first; only for the rest it matters what
 * the events are about.
 * @param wanted.withInvolved find out for all events whose objects the user may get, because a filter looks at
 *   these objects
 */
export async function findEventScopes(
  access: AccessControl,
  user: UserInfo,
  wanted: {
    readonly cluster: string;
    readonly namespace: string | undefined;
    readonly withInvolved: boolean;
    readonly listTargets: () => Promise<readonly EventAccessTarget[]>;
  },
): Promise<ScopesOutcome<EventScope>> {
  const { cluster, namespace, withInvolved } = wanted;
  const everywhere = await access.decide(user, { ...listEvents, namespace: '', name: '' });
  if (everywhere === 'unknown') return { kind: 'unknown' };
  if (everywhere === 'allowed' && !withInvolved) {
    return { kind: 'scopes', scopes: [{ cluster, events: { kind: 'everywhere' }, involved: [] }] };
  }
  if (namespace !== undefined && !withInvolved) {
    const inNamespace = await access.decide(user, { ...listEvents, namespace, name: '' });
    if (inNamespace === 'unknown') return { kind: 'unknown' };
    if (inNamespace === 'allowed') {
      const events = { kind: 'listed', namespaces: [namespace], objects: [] } as const;
      return { kind: 'scopes', scopes: [{ cluster, events, involved: [] }] };
    }
  }

  const targets = await wanted.listTargets();
  const namespaces = [...new Set(targets.map((target) => target.namespace))];
  const events = await access.findWhere(user, listEvents, { namespaces });
  if (events === 'unknown') return { kind: 'unknown' };
  const seen = new Set(events.kind === 'everywhere' ? namespaces : events.namespaces);
  const involved = await findResourceScopes(access, user, {
    verb: 'get',
    cluster,
    targets: targets.filter((target) => withInvolved || !seen.has(target.namespace)).flatMap(involvedTarget),
  });
  if (involved.kind === 'unknown') return involved;
  if (isNowhere(events) && involved.scopes.length === 0) return { kind: 'scopes', scopes: [] };
  return { kind: 'scopes', scopes: [{ cluster, events, involved: involved.scopes }] };
}

/** An object whose kind nobody knew cannot be asked about. */
function involvedTarget(target: EventAccessTarget): AccessTarget[] {
  if (target.resource === '') return [];
  return [{ group: target.group, resource: target.resource, namespace: target.involvedNamespace }];
}
