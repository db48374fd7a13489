import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessAttributes } from '../access-attributes.ts';
import type { UserInfo } from '../user-info.ts';
import { createRbacIndex, type NamesAsked } from './rbac-index.ts';
import { groupSubject, type RbacBinding, type RbacRole, userSubject } from './rbac-object.ts';

const alice: UserInfo = { username: 'alice', groups: ['team-a'] };
const getPods = { verb: 'get', group: '', resource: 'pods' } as const;
const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [] };

function role(name: string, namespace: string, ...rules: RbacRole['rules']): RbacRole {
  return { kind: 'role', namespace, name, rules };
}

function binding(
  name: string,
  namespace: string,
  to: string,
  isClusterRole: boolean,
  subject: string,
): RbacBinding {
  return { kind: 'binding', namespace, name, role: { isClusterRole, name: to }, subjects: [subject] };
}

function indexOf(...objects: (RbacRole | RbacBinding)[]) {
  const index = createRbacIndex();
  for (const object of objects) index.put(object);
  return index;
}

const anyName: NamesAsked = { kind: 'any' };

describe('createRbacIndex()', () => {
  it('counts a ClusterRoleBinding everywhere, cluster-scoped objects included', () => {
    const index = indexOf(role('r', '', rule), binding('b', '', 'r', true, userSubject('alice')));
    expect(index.findWhere(alice, getPods, anyName)).toEqual({ kind: 'everywhere' });
    expect(index.allows(alice, { ...getPods, namespace: '', name: '' })).toBe(true);
    expect(index.allows({ username: 'bob', groups: [] }, { ...getPods, namespace: 'a', name: '' })).toBe(
      false,
    );
  });

  it('counts a RoleBinding in its namespace, also one to a ClusterRole', () => {
    const index = indexOf(
      role('r', '', rule),
      role('r', 'b', rule),
      binding('x', 'a', 'r', true, groupSubject('team-a')),
      binding('y', 'b', 'r', false, groupSubject('team-a')),
      binding('z', 'c', 'r', false, groupSubject('team-a')),
    );
    expect(index.findWhere(alice, getPods, anyName)).toEqual({
      kind: 'listed',
      namespaces: ['a', 'b'],
      objects: [],
      names: [],
    });
    expect(index.allows(alice, { ...getPods, namespace: '', name: '' })).toBe(false);
  });

  it('finds rights to names only where names are asked for', () => {
    const named = { ...rule, resourceNames: ['web', 'db'] };
    const index = indexOf(
      role('r', '', named),
      binding('x', 'a', 'r', true, userSubject('alice')),
      binding('y', '', 'r', true, groupSubject('team-a')),
    );
    const where = (names: NamesAsked) => index.findWhere(alice, getPods, names);
    expect(where({ kind: 'none' })).toEqual({ kind: 'listed', namespaces: [], objects: [], names: [] });
    expect(where({ kind: 'one', name: 'web' })).toEqual({
      kind: 'listed',
      namespaces: [],
      objects: [{ namespace: 'a', name: 'web' }],
      names: ['web'],
    });
    expect(where(anyName)).toMatchObject({ names: ['web', 'db'] });
  });

  it('lets system:masters do everything', () => {
    const root = { username: 'root', groups: ['system:masters'] };
    expect(indexOf().allows(root, { ...getPods, namespace: 'a', name: 'b' })).toBe(true);
    expect(indexOf().findWhere(root, getPods, anyName)).toEqual({ kind: 'everywhere' });
  });

  it('forgets bindings and roles that are gone or changed', () => {
    const index = indexOf(role('r', '', rule), binding('b', 'a', 'r', true, userSubject('alice')));
    const version = index.version();
    index.put(binding('b', 'a', 'r', true, userSubject('bob')));
    expect(index.allows(alice, { ...getPods, namespace: 'a', name: '' })).toBe(false);
    expect(index.allows({ username: 'bob', groups: [] }, { ...getPods, namespace: 'a', name: '' })).toBe(
      true,
    );
    index.remove({ kind: 'role', namespace: '', name: 'r' });
    expect(index.allows({ username: 'bob', groups: [] }, { ...getPods, namespace: 'a', name: '' })).toBe(
      false,
    );
    index.remove({ kind: 'binding', namespace: 'a', name: 'b' });
    expect(index.size()).toEqual({ roles: 0, bindings: 0 });
    expect(index.version()).toBeGreaterThan(version);
  });

  it('finds as places exactly those where single questions are allowed', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const some = (...values: string[]) => fc.subarray(values, { minLength: 1 });
    const rules = fc.array(
      fc.record({
        verbs: some('get', 'list', '*'),
        apiGroups: some('', 'apps', '*'),
        resources: some('pods', 'deployments', 'pods/log', '*/log', '*'),
        resourceNames: fc.oneof(fc.constant([]), some('a', 'b')),
      }),
      { maxLength: 3 },
    );
    const namespace = fc.constantFrom('', 'a', 'b');
    const roles = fc.array(fc.record({ kind: fc.constant('role' as const), namespace, name, rules }), {
      maxLength: 5,
    });
    const bindings = fc.array(
      fc.record({
        kind: fc.constant('binding' as const),
        namespace,
        name,
        role: fc.record({ isClusterRole: fc.boolean(), name }),
        subjects: fc.subarray([userSubject('alice'), groupSubject('team-a'), userSubject('bob')]),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        roles,
        bindings,
        some('get', 'list'),
        some('', 'apps'),
        (givenRoles, givenBindings, [verb], [group]) => {
          const index = indexOf(...givenRoles, ...givenBindings);
          const action = { verb: verb as 'get', group: group ?? '', resource: 'pods' };
          for (const asked of ['', 'a', 'c']) {
            const where = index.findWhere(
              alice,
              action,
              asked === '' ? { kind: 'none' } : { kind: 'one', name: asked },
            );
            for (const place of ['', 'a', 'b', 'c']) {
              const question: AccessAttributes = { ...action, namespace: place, name: asked };
              const found =
                where.kind === 'everywhere' ||
                where.namespaces.includes(place) ||
                where.names.includes(asked) ||
                where.objects.some((object) => object.namespace === place && object.name === asked);
              expect(found).toBe(index.allows(alice, question));
              expect(found).toBe(allowedOneByOne(givenRoles, givenBindings, question));
            }
          }
        },
      ),
    );
  });
});

/** The authorizer's rules read aloud, over plain lists; the last object of a name counts. */
function allowedOneByOne(
  roles: readonly RbacRole[],
  bindings: readonly RbacBinding[],
  { verb, group, resource, namespace, name }: AccessAttributes,
): boolean {
  const last = <T extends { namespace: string; name: string }>(list: readonly T[]): T[] =>
    list.filter(
      (item, index) =>
        !list
          .slice(index + 1)
          .some((other) => other.namespace === item.namespace && other.name === item.name),
    );
  return last(bindings)
    .filter((given) => given.namespace === '' || given.namespace === namespace)
    .filter((given) => given.subjects.includes('user:alice') || given.subjects.includes('group:team-a'))
    .flatMap((given) =>
      last(roles).filter(
        (candidate) =>
          candidate.name === given.role.name &&
          candidate.namespace === (given.role.isClusterRole ? '' : given.namespace),
      ),
    )
    .flatMap((candidate) => candidate.rules)
    .some(
      (given) =>
        (given.verbs.includes(verb) || given.verbs.includes('*')) &&
        (given.apiGroups.includes(group) || given.apiGroups.includes('*')) &&
        (given.resources.includes(resource) || given.resources.includes('*')) &&
        (given.resourceNames.length === 0 || given.resourceNames.includes(name)),
    );
}
