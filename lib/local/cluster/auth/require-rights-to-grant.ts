import { isDeepStrictEqual } from 'node:util';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { UserInfo } from '../../../core/user-info.ts';
import type { ClusterState } from '../cluster-state.ts';
import { asFields, asList, asText } from '../defaults/fill.ts';
import { forbidden } from '../http/status-error.ts';
import { authorize, type RbacIndex, rulesFor } from '../rbac.ts';
import { type AuthorizationAttributes, type PolicyRule, ruleAllows } from '../rbac-rules.ts';
import type { Definition } from '../registry/definition.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Nobody gives away rights that they do not have: neither by writing a role nor by binding one, unless the
 * verbs `escalate` or `bind` allow just that.
 * @throws StatusError 403 that lists the missing rights
 */
export function requireRightsToGrant(
  cluster: ClusterState,
  definition: Definition,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  user: UserInfo | undefined,
): void {
  if (definition.group !== group || user === undefined) return;
  const { index } = cluster.rbac;
  const { name = '', namespace = '' } = object.metadata;
  const granted = grantedRules(index, definition, object, before);
  if (granted.length === 0) return;
  const isBinding = definition.resource.endsWith('bindings');
  const exemption: AuthorizationAttributes = {
    kind: 'resource',
    verb: isBinding ? 'bind' : 'escalate',
    group,
    resource: isBinding ? boundResource(object) : definition.resource,
    subresource: '',
    namespace,
    name: isBinding ? asText(asFields(object['roleRef'])['name']) : name,
  };
  if (authorize(index, user, exemption).allowed) return;
  const { resourceRules, nonResourceRules } = rulesFor(index, user, namespace);
  const held = [...resourceRules, ...nonResourceRules];
  const missing = granted.filter((rule) => !isHeld(rule, held));
  if (missing.length === 0) return;
  const groups = user.groups.map((one) => JSON.stringify(one)).join(' ');
  throw forbidden(
    definition,
    name,
    `user ${JSON.stringify(user.username)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n` +
      missing.map(describe).join('\n'),
  );
}

function boundResource(binding: KubernetesObject): string {
  return asFields(binding['roleRef'])['kind'] === 'Role' ? 'roles' : 'clusterroles';
}

/** Rules that a write would give to somebody; none where nothing about that changes. */
function grantedRules(
  index: RbacIndex,
  definition: Definition,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
): readonly PolicyRule[] {
  const isBinding = definition.resource.endsWith('bindings');
  const granting = isBinding ? ['subjects', 'roleRef'] : ['rules', 'aggregationRule'];
  if (before !== undefined && granting.every((field) => isDeepStrictEqual(object[field], before[field]))) {
    return [];
  }
  if (!isBinding) return asList(object['rules']) as readonly PolicyRule[];
  const role = asText(asFields(object['roleRef'])['name']);
  const rules =
    boundResource(object) === 'roles'
      ? index.namespaceRules.get(`${object.metadata.namespace}/${role}`)
      : index.clusterRules.get(role);
  return rules ?? [];
}

/** True where each single right of the rule is allowed by one of the rules held. */
function isHeld(rule: PolicyRule, held: readonly PolicyRule[]): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length === 0 ? [''] : resourceNames;
  const rights: AuthorizationAttributes[] = verbs.flatMap((verb) => [
    ...nonResourceURLs.map((path) => ({ kind: 'url', verb, path }) as const),
    ...apiGroups.flatMap((apiGroup) =>
      resources.flatMap((resource) => names.map((name) => rightTo({ verb, apiGroup, resource, name }))),
    ),
  ]);
  return rights.every((right) => held.some((known) => ruleAllows(known, right)));
}

function rightTo(right: {
  verb: string;
  apiGroup: string;
  resource: string;
  name: string;
}): AuthorizationAttributes {
  const [resource = '', subresource = ''] = right.resource.split('/', 2);
  return {
    kind: 'resource',
    verb: right.verb,
    group: right.apiGroup,
    resource,
    subresource,
    namespace: '',
    name: right.name,
  };
}

function describe(rule: PolicyRule): string {
  const list = (name: string, values: readonly string[] | undefined) =>
    values === undefined || values.length === 0
      ? []
      : [`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`];
  const parts = [
    ...list('APIGroups', rule.apiGroups),
    ...list('Resources', rule.resources),
    ...list('ResourceNames', rule.resourceNames),
    ...list('NonResourceURLs', rule.nonResourceURLs),
    ...list('Verbs', rule.verbs),
  ];
  return `{${parts.join(', ')}}`;
}
