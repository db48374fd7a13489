import fc from 'fast-check';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { aggregateClusterRoles } from '../../lib/local/cluster/cluster-role-aggregation.ts';
import type { RbacObjects } from '../../lib/local/cluster/rbac.ts';

/** Few enough that random rights and random objects meet. */
export const randomNamespaces = ['shop', 'bank', 'default'] as const;
export const randomNames = ['web', 'db', 'shop'] as const;

export const randomUsers: readonly UserInfo[] = [
  { username: 'alice', groups: ['team-a', 'system:authenticated'] },
  { username: 'bob', groups: ['team-b', 'team-a'] },
  { username: 'system:serviceaccount:shop:robot', groups: ['system:serviceaccounts:shop'] },
  { username: 'nobody', groups: [] },
];

const rbacGroup = 'rbac.authorization.k8s.io';
const some = <T>(...values: readonly T[]) =>
  fc.subarray([...values], { minLength: 1, maxLength: Math.min(values.length, 3) });
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: other });

const rule = fc.record({
  verbs: mostly(some('get', 'list', 'watch'), some('get', 'delete', '*')),
  apiGroups: mostly(some('', 'apps'), some('batch', 'apps', '*')),
  resources: mostly(
    some('pods', 'deployments', 'nodes', 'namespaces', 'events'),
    some('pods', 'pods/log', 'pods/*', '*/status', '*'),
  ),
  resourceNames: mostly(fc.constant<string[]>([]), some(...randomNames, 'absent')),
});
const rules = fc.oneof(
  { weight: 9, arbitrary: fc.array(rule, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom([], [{ verbs: ['get'], nonResourceURLs: ['*'] }]) },
);

const subject = fc.oneof(
  fc
    .constantFrom('alice', 'bob', 'system:serviceaccount:shop:robot', 'ALICE')
    .map((name) => ({ kind: 'User', name })),
  fc
    .constantFrom('team-a', 'team-b', 'system:authenticated', 'system:serviceaccounts:shop', 'alice')
    .map((name) => ({ kind: 'Group', name })),
  fc.constantFrom({ namespace: 'shop' }, { namespace: 'bank' }, {}).map((place) => ({
    kind: 'ServiceAccount',
    name: 'robot',
    ...place,
  })),
);
const subjects = fc.array(subject, { minLength: 1, maxLength: 4 });

const namespace = fc.constantFrom(...randomNamespaces);
const roleName = fc.constantFrom('r1', 'r2', 'r3');
const part = fc.constantFrom(undefined, 'view', 'edit');

const role = fc.record({ namespace, name: roleName, rules });
const clusterRole = fc.record({ name: roleName, rules, part });
const aggregated = fc.record({
  name: fc.constantFrom('all-view', 'all-edit'),
  of: fc.constantFrom('view', 'edit'),
  part,
});
const bound = fc.constantFrom('r1', 'r2', 'r3', 'all-view', 'all-edit', 'missing');
const binding = fc.record({ namespace, kind: fc.constantFrom('Role', 'ClusterRole'), to: bound, subjects });
const clusterBinding = fc.record({ to: bound, subjects });

const sameName = <T extends { readonly name: string; readonly namespace?: string }>() => ({
  minLength: 2,
  maxLength: 5,
  selector: (object: T) => `${object.namespace}/${object.name}`,
});

/** Roles, aggregated ones as the controller has filled them, and bindings; some of them to nothing. */
export const randomRbac: fc.Arbitrary<RbacObjects> = fc
  .record({
    roles: fc.uniqueArray(role, sameName()),
    clusterRoles: fc.uniqueArray(clusterRole, sameName()),
    aggregated: fc.uniqueArray(aggregated, { ...sameName(), minLength: 0, maxLength: 2 }),
    bindings: fc.array(binding, { maxLength: 7 }),
    clusterBindings: fc.array(clusterBinding, { maxLength: 2 }),
  })
  .map((given) => {
    const clusterRoles = [
      ...given.clusterRoles.map((one) => ({ ...object('ClusterRole', one), rules: one.rules })),
      ...given.aggregated.map((one) => ({
        ...object('ClusterRole', one),
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: one.of } }] },
        rules: [],
      })),
    ];
    return {
      roles: given.roles.map((one) => ({ ...object('Role', one), rules: one.rules })),
      clusterRoles: withAggregatedRules(clusterRoles),
      roleBindings: given.bindings.map(({ kind, to, subjects: bindingSubjects, ...place }, index) => ({
        ...object('RoleBinding', { ...place, name: `b${index}` }),
        roleRef: { apiGroup: rbacGroup, kind, name: to },
        subjects: bindingSubjects,
      })),
      clusterRoleBindings: given.clusterBindings.map(({ to, subjects: bindingSubjects }, index) => ({
        ...object('ClusterRoleBinding', { name: `b${index}` }),
        roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: to },
        subjects: bindingSubjects,
      })),
    };
  });

function object(
  kind: string,
  metadata: { readonly name: string; readonly namespace?: string; readonly part?: string | undefined },
): KubernetesObject {
  const { name, namespace: place, part: label } = metadata;
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind,
    metadata: {
      name,
      ...(place === undefined ? {} : { namespace: place }),
      ...(label === undefined ? {} : { labels: { part: label } }),
    },
  };
}

/** Rounds until nothing changes, as the controller works; two aggregated roles that select each other settle, too. */
function withAggregatedRules(clusterRoles: readonly KubernetesObject[]): readonly KubernetesObject[] {
  let current = clusterRoles;
  for (let round = 0; round < 5; round += 1) {
    const filled = new Map(aggregateClusterRoles(current).map((one) => [one.name, one.rules]));
    if (filled.size === 0) break;
    current = current.map((one) => {
      const found = filled.get(one.metadata.name ?? '');
      return found === undefined ? one : { ...one, rules: found };
    });
  }
  return current;
}
