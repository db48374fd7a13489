import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import type { UserInfo } from '../../core/user-info.ts';
import { type AuthorizationAttributes, type PolicyRule, ruleAllows } from './rbac-rules.ts';

// On purpose not lib/core/rbac, which decides for readers of the mirror: that one is compared with this one, and one
// piece of code would agree with its own mistakes.

/** All RBAC objects of a cluster. */
export type RbacObjects = {
  readonly roles: readonly KubernetesObject[];
  readonly clusterRoles: readonly KubernetesObject[];
  readonly roleBindings: readonly KubernetesObject[];
  readonly clusterRoleBindings: readonly KubernetesObject[];
};

export type AccessDecision = {
  readonly allowed: boolean;
  /** In the words of the API server; empty for members of system:masters and for most refusals. */
  readonly reason: string;
};

/** Bindings by what they bind and roles by name, so that a decision costs no walk over all objects. */
export type RbacIndex = {
  readonly clusterRules: ReadonlyMap<string, readonly PolicyRule[]>;
  /** By `namespace/name`. */
  readonly namespaceRules: ReadonlyMap<string, readonly PolicyRule[]>;
  readonly clusterBindings: BindingsBySubject;
  readonly namespaceBindings: ReadonlyMap<string, BindingsBySubject>;
};

type BindingsBySubject = ReadonlyMap<string, readonly SubjectBinding[]>;

/** One subject of one binding. */
type SubjectBinding = {
  /** Place of the binding among those of its namespace, and of the subject in the binding. */
  readonly order: number;
  readonly subjectOrder: number;
  readonly name: string;
  /** Empty for ClusterRoleBindings. */
  readonly namespace: string;
  readonly role: RoleRef;
  readonly subject: Subject;
};

type RoleRef = { readonly kind: string; readonly name: string };
type Subject = { readonly kind: string; readonly name: string; readonly namespace?: string };

/** Members bypass RBAC altogether. */
const superusers = 'system:masters';

/** Builds the index: about a microsecond per binding and role. */
export function indexRbac(objects: RbacObjects): RbacIndex {
  const namespaceBindings = new Map<string, BindingsBySubject>();
  const byNamespace = Map.groupBy(objects.roleBindings, (binding) => binding.metadata.namespace ?? '');
  for (const [namespace, bindings] of byNamespace) {
    namespaceBindings.set(namespace, indexBindings(bindings, namespace));
  }
  return {
    clusterRules: new Map(objects.clusterRoles.map((role) => [nameOf(role), rulesOf(role)])),
    namespaceRules: new Map(
      objects.roles.map((role) => [`${role.metadata.namespace}/${nameOf(role)}`, rulesOf(role)]),
    ),
    clusterBindings: indexBindings(objects.clusterRoleBindings, ''),
    namespaceBindings,
  };
}

/** Whether RBAC lets the user do it, and through which binding. */
export function authorize(
  index: RbacIndex,
  user: UserInfo,
  attributes: AuthorizationAttributes,
): AccessDecision {
  if (user.groups.includes(superusers)) return { allowed: true, reason: '' };
  const namespace = attributes.kind === 'resource' ? attributes.namespace : '';
  const problems: string[] = [];
  for (const binding of bindingsOf(index, user, namespace)) {
    const rules = roleRules(index, binding);
    if (rules === undefined) problems.push(missingRole(binding));
    else if (rules.some((rule) => ruleAllows(rule, attributes))) {
      return { allowed: true, reason: `RBAC: allowed by ${describe(binding)}` };
    }
  }
  if (problems.length === 0) return { allowed: false, reason: '' };
  const unique = [...new Set(problems)];
  const text = unique.length === 1 ? unique[0] : `[${unique.join(', ')}]`;
  return { allowed: false, reason: `RBAC: ${text}` };
}

/** Rules that apply to a user in a namespace, as a SelfSubjectRulesReview lists them. */
export function rulesFor(
  index: RbacIndex,
  user: UserInfo,
  namespace: string,
): { readonly resourceRules: PolicyRule[]; readonly nonResourceRules: PolicyRule[] } {
  const resourceRules: PolicyRule[] = [];
  const nonResourceRules: PolicyRule[] = [];
  for (const binding of bindingsOf(index, user, namespace)) {
    for (const rule of roleRules(index, binding) ?? []) {
      const { verbs, apiGroups, resources = [], resourceNames, nonResourceURLs = [] } = rule;
      if (resources.length > 0) {
        resourceRules.push({
          verbs,
          ...(apiGroups === undefined ? {} : { apiGroups }),
          resources,
          ...(resourceNames === undefined ? {} : { resourceNames }),
        });
      }
      if (nonResourceURLs.length > 0) nonResourceRules.push({ verbs, nonResourceURLs });
    }
  }
  return { resourceRules, nonResourceRules };
}

function nameOf(object: KubernetesObject): string {
  return object.metadata.name ?? '';
}

function rulesOf(role: KubernetesObject): readonly PolicyRule[] {
  return (role['rules'] ?? []) as readonly PolicyRule[];
}

function indexBindings(bindings: readonly KubernetesObject[], namespace: string): BindingsBySubject {
  const index = new Map<string, SubjectBinding[]>();
  const sorted = bindings.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  sorted.forEach((binding, order) => {
    const role = binding['roleRef'] as RoleRef;
    const subjects = (binding['subjects'] ?? []) as readonly Subject[];
    subjects.forEach((subject, subjectOrder) => {
      const key = subjectKey(subject, namespace);
      if (key === undefined) return;
      const entry = { order, subjectOrder, name: nameOf(binding), namespace, role, subject };
      const known = index.get(key);
      if (known === undefined) index.set(key, [entry]);
      else known.push(entry);
    });
  });
  return index;
}

/** Service accounts are users with a name made of theirs; a user who has that name is bound, too. */
function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  switch (subject.kind) {
    case 'User':
      return userKey(subject.name);
    case 'Group':
      return groupKey(subject.name);
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace === '' ? undefined : userKey(`system:serviceaccount:${namespace}:${subject.name}`);
    }
    default:
      return undefined;
  }
}

function userKey(name: string): string {
  return `user/${name}`;
}

function groupKey(name: string): string {
  return `group/${name}`;
}

/** Bindings of a user, each once with the first of its subjects that applies: cluster-wide ones first. */
function bindingsOf(index: RbacIndex, user: UserInfo, namespace: string): SubjectBinding[] {
  const keys = new Set([userKey(user.username), ...user.groups.map(groupKey)]);
  const inNamespace = namespace === '' ? undefined : index.namespaceBindings.get(namespace);
  return [...boundTo(index.clusterBindings, keys), ...boundTo(inNamespace, keys)];
}

function boundTo(bindings: BindingsBySubject | undefined, keys: ReadonlySet<string>): SubjectBinding[] {
  const byOrder = new Map<number, SubjectBinding>();
  for (const key of keys) {
    for (const binding of bindings?.get(key) ?? []) {
      const known = byOrder.get(binding.order);
      if (known === undefined || binding.subjectOrder < known.subjectOrder) {
        byOrder.set(binding.order, binding);
      }
    }
  }
  return [...byOrder.values()].sort((a, b) => a.order - b.order);
}

function roleRules(index: RbacIndex, binding: SubjectBinding): readonly PolicyRule[] | undefined {
  if (binding.role.kind === 'ClusterRole') return index.clusterRules.get(binding.role.name);
  return index.namespaceRules.get(`${binding.namespace}/${binding.role.name}`);
}

function missingRole(binding: SubjectBinding): string {
  const resource = binding.role.kind === 'ClusterRole' ? 'clusterrole' : 'role';
  return `${resource}.rbac.authorization.k8s.io ${JSON.stringify(binding.role.name)} not found`;
}

function describe({ name, namespace, role, subject }: SubjectBinding): string {
  const binding = namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const bound =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${binding} of ${role.kind} "${role.name}" to ${subject.kind} "${bound}"`;
}
