import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';

export type RuleFixture = {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
};

const apiGroup = 'rbac.authorization.k8s.io';

/** A Role, or without a namespace a ClusterRole. */
export function roleObject(
  name: string,
  namespace: string | undefined,
  rules: readonly RuleFixture[],
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { ...labels } },
    rules,
  };
}

/** A ClusterRole whose rules are those of all that have the labels. */
export function aggregatedRole(
  name: string,
  matchLabels: Readonly<Record<string, string>>,
): KubernetesObject {
  return {
    ...roleObject(name, undefined, []),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
  };
}

/**
 * A RoleBinding, or without a namespace a ClusterRoleBinding.
 * @param to `user:…`, `group:…` or `account:<namespace>/<name>` each
 */
export function bindingObject(
  name: string,
  namespace: string | undefined,
  role: KubernetesObject,
  to: readonly string[],
): KubernetesObject {
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup, kind: role.kind, name: role.metadata.name },
    subjects: to.map(subjectOf),
  };
}

function subjectOf(text: string): object {
  const [kind = '', name = ''] = text.split(/:(.*)/s);
  if (kind === 'account') {
    const [namespace, account] = name.split('/');
    return { kind: 'ServiceAccount', namespace, name: account };
  }
  return { kind: kind === 'user' ? 'User' : 'Group', apiGroup, name };
}
