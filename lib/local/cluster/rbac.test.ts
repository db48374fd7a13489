import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import { bootstrapRbac } from './bootstrap-rbac.ts';
import { aggregateClusterRoles } from './cluster-role-aggregation.ts';
import { authorize, indexRbac, type RbacObjects, rulesFor } from './rbac.ts';
import { type PolicyRule, type ResourceAttributes, ruleAllows } from './rbac-rules.ts';

const none: RbacObjects = { roles: [], clusterRoles: [], roleBindings: [], clusterRoleBindings: [] };

function role(name: string, rules: readonly PolicyRule[], namespace?: string): KubernetesObject {
  return { metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, rules };
}

function binding(
  name: string,
  roleRef: string,
  subjects: readonly string[],
  namespace?: string,
): KubernetesObject {
  const [kind, roleName] = roleRef.split(' ');
  return {
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { kind, name: roleName },
    subjects: subjects.map((subject) => {
      const [subjectKind, subjectName, subjectNamespace] = subject.split(' ');
      return { kind: subjectKind, name: subjectName, namespace: subjectNamespace };
    }),
  };
}

function attributes(verb: string, path: string, name = ''): ResourceAttributes {
  const [namespace = '', group = '', resource = '', subresource = ''] = path.split('/');
  return { kind: 'resource', verb, group, resource, subresource, namespace, name };
}

const objects: RbacObjects = {
  roles: [
    role(
      'reader',
      [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['s'], verbs: ['get'] },
      ],
      'shop',
    ),
  ],
  clusterRoles: [
    role('namespaces', [
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] },
    ]),
    role('scaler', [{ apiGroups: ['*'], resources: ['*/scale'], verbs: ['update'] }]),
  ],
  roleBindings: [
    binding('alice', 'Role reader', ['User alice'], 'shop'),
    binding('robots', 'ClusterRole scaler', ['ServiceAccount robot'], 'shop'),
    binding('broken', 'Role gone', ['User carol'], 'shop'),
  ],
  clusterRoleBindings: [
    binding('team-b', 'ClusterRole namespaces', ['Group team-b', 'User bob']),
    binding('ci', 'ClusterRole scaler', ['ServiceAccount runner ci']),
  ],
};
const index = indexRbac(objects);
const alice = { username: 'alice', groups: ['team-a'] };
const bob = { username: 'bob', groups: ['team-b'] };

test.each([
  ['list', 'shop//configmaps', '', true],
  ['watch', 'shop//configmaps', '', false],
  ['list', 'bank//configmaps', '', false],
  ['list', '//configmaps', '', false],
  ['delete', 'shop/apps/deployments', 'web', true],
  ['get', 'shop/apps/deployments/status', 'web', false],
  ['get', 'shop//secrets', 's', true],
  ['get', 'shop//secrets', 't', false],
  ['list', 'shop//secrets', '', false],
])('alice who wants to %s %s %s: %j', (verb, path, name, expected) => {
  expect(authorize(index, alice, attributes(verb, path, name)).allowed).toBe(expected);
});

test('the reason names binding, role and the first subject that applies', () => {
  expect(authorize(index, alice, attributes('list', 'shop//configmaps')).reason).toBe(
    'RBAC: allowed by RoleBinding "alice/shop" of Role "reader" to User "alice"',
  );
  expect(authorize(index, bob, attributes('list', '//namespaces')).reason).toBe(
    'RBAC: allowed by ClusterRoleBinding "team-b" of ClusterRole "namespaces" to Group "team-b"',
  );
});

test('service accounts are bound in the namespace of the binding or in their own', () => {
  const robot = { username: 'system:serviceaccount:shop:robot', groups: [] };
  const runner = { username: 'system:serviceaccount:ci:runner', groups: [] };
  const update = attributes('update', 'shop/apps/deployments/scale', 'web');
  expect(authorize(index, robot, update).reason).toContain('to ServiceAccount "robot/shop"');
  expect(authorize(index, runner, update).reason).toContain('to ServiceAccount "runner/ci"');
  expect(authorize(index, robot, { ...update, namespace: 'bank' }).allowed).toBe(false);
});

test.each([
  ['/metrics', true],
  ['/logs/kubelet', true],
  ['/metrics/slis', false],
])('bob may get the URL %s: %j', (path, expected) => {
  expect(authorize(index, bob, { kind: 'url', verb: 'get', path }).allowed).toBe(expected);
});

test('members of system:masters may do everything, without any binding', () => {
  const admin = { username: 'x', groups: ['system:masters'] };
  expect(authorize(indexRbac(none), admin, attributes('delete', '//nodes'))).toEqual({
    allowed: true,
    reason: '',
  });
});

test('a binding to a role that does not exist is told in the refusal', () => {
  const carol = { username: 'carol', groups: [] };
  expect(authorize(index, carol, attributes('list', 'shop//pods'))).toEqual({
    allowed: false,
    reason: 'RBAC: role.rbac.authorization.k8s.io "gone" not found',
  });
});

test('rulesFor() separates resources from URLs and leaves out other namespaces', () => {
  expect(rulesFor(index, bob, 'shop')).toEqual({
    resourceRules: [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['namespaces'] }],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/logs/*'] }],
  });
  expect(rulesFor(index, alice, 'bank').resourceRules).toEqual([]);
  expect(rulesFor(index, alice, 'shop').resourceRules).toHaveLength(3);
});

test('the bootstrap roles let everybody who is known discover and ask for the own rights', () => {
  const { clusterRoles, clusterRoleBindings } = bootstrapRbac();
  const bootstrapped = indexRbac({ ...none, clusterRoles, clusterRoleBindings });
  const known = { username: 'x', groups: ['system:authenticated'] };
  const anonymous = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
  const review = attributes('create', '/authorization.k8s.io/selfsubjectaccessreviews');
  expect(authorize(bootstrapped, known, review).allowed).toBe(true);
  expect(authorize(bootstrapped, anonymous, review).allowed).toBe(false);
  expect(authorize(bootstrapped, anonymous, { kind: 'url', verb: 'get', path: '/version' }).allowed).toBe(
    true,
  );
  expect(authorize(bootstrapped, anonymous, { kind: 'url', verb: 'get', path: '/apis' }).allowed).toBe(false);
});

test('aggregation reaches admin through edit and view, and then rests', () => {
  let clusterRoles = bootstrapRbac().clusterRoles;
  const rounds: string[][] = [];
  for (;;) {
    const changes = aggregateClusterRoles(clusterRoles);
    if (changes.length === 0) break;
    rounds.push(changes.map(({ name }) => name));
    clusterRoles = clusterRoles.map((object) => {
      const change = changes.find(({ name }) => name === object.metadata.name);
      return change === undefined ? object : { ...object, rules: change.rules };
    });
  }
  expect(rounds).toEqual([['admin', 'edit', 'view'], ['admin', 'edit'], ['admin']]);
  const admin = clusterRoles.find((object) => object.metadata.name === 'admin');
  const rules = admin?.['rules'] as PolicyRule[];
  expect(rules.some((rule) => ruleAllows(rule, attributes('list', 'shop/batch/jobs')))).toBe(true);
});

test('authorize() agrees with a walk over all bindings and rules', () => {
  const word = fc.constantFrom('a', 'b', '*');
  const rule = fc.record({
    verbs: fc.array(word, { minLength: 1, maxLength: 2 }),
    apiGroups: fc.array(word, { minLength: 1, maxLength: 2 }),
    resources: fc.array(fc.constantFrom('a', 'b', '*', 'a/b', '*/b'), { minLength: 1, maxLength: 2 }),
    resourceNames: fc.array(fc.constantFrom('a', 'b'), { maxLength: 1 }),
  });
  const bound = fc.record({
    subject: fc.constantFrom('User a', 'User b', 'Group a', 'Group b'),
    namespace: fc.constantFrom('', 'a', 'b'),
    rule,
  });
  const wanted = fc.record({
    kind: fc.constant('resource' as const),
    verb: fc.constantFrom('a', 'b'),
    group: fc.constantFrom('a', 'b'),
    resource: fc.constantFrom('a', 'b'),
    subresource: fc.constantFrom('', 'b'),
    namespace: fc.constantFrom('', 'a', 'b'),
    name: fc.constantFrom('', 'a', 'b'),
  });
  const user = fc.record({
    username: fc.constantFrom('a', 'c'),
    groups: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  });
  fc.assert(
    fc.property(fc.array(bound, { maxLength: 6 }), wanted, user, (bindings, attempt, who) => {
      const clusterRoles = bindings.map((one, n) => role(`r${n}`, [one.rule]));
      const bind = ({ subject, namespace }: (typeof bindings)[number], n: number) =>
        binding(`b${n}`, `ClusterRole r${n}`, [subject], namespace === '' ? undefined : namespace);
      const made = bindings.map(bind);
      const random = indexRbac({
        roles: [],
        clusterRoles,
        roleBindings: made.filter((one) => one.metadata.namespace !== undefined),
        clusterRoleBindings: made.filter((one) => one.metadata.namespace === undefined),
      });
      const expected = bindings.some(
        (one) =>
          (one.namespace === '' || one.namespace === attempt.namespace) &&
          (one.subject === `User ${who.username}` ||
            who.groups.some((group) => one.subject === `Group ${group}`)) &&
          ruleAllows(one.rule, attempt),
      );
      expect(authorize(random, who, attempt).allowed).toBe(expected);
    }),
  );
});
