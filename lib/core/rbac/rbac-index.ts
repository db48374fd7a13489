import type { AccessAttributes } from '../access-attributes.ts';
import type { Where } from '../access-scope.ts';
import type { UserInfo } from '../user-info.ts';
import { coversAction, coversName, type RuleAction } from './match-rule.ts';
import { groupSubject, type RbacBinding, type RbacRole, userSubject } from './rbac-object.ts';

// The development cluster has an evaluator of its own (lib/local/cluster/rbac.ts), so that tests can compare the two.

/** Which single names count where a right is bound to names (`resourceNames`). */
export type NamesAsked =
  /** All that there are, for questions about one object at a time. */
  | { readonly kind: 'any' }
  /** One, as in a list with `metadata.name=…`. */
  | { readonly kind: 'one'; readonly name: string }
  /** None: a list of everything is not allowed by a right to some names. */
  | { readonly kind: 'none' };

/** The RBAC objects of one cluster, by whom they are about. */
export type RbacIndex = {
  readonly put: (object: RbacRole | RbacBinding) => void;
  readonly remove: (object: Pick<RbacRole | RbacBinding, 'kind' | 'namespace' | 'name'>) => void;
  /** Whether the rules allow it; about what else an API server may decide by, it knows nothing. */
  readonly allows: (user: UserInfo, attributes: AccessAttributes) => boolean;
  /** Where the rules allow it. */
  readonly findWhere: (user: UserInfo, action: RuleAction, names: NamesAsked) => Where;
  /** Goes up with every change. */
  readonly version: () => number;
  readonly size: () => { readonly roles: number; readonly bindings: number };
};

type UserBindings = ReadonlyMap<string, readonly RbacBinding[]>;

/** Whom the API server lets do everything before it asks any rule. */
const privilegedGroup = 'system:masters';

/**
 * Evaluates RBAC as the API server's authorizer does: purely additive, ClusterRoleBindings everywhere,
 * RoleBindings in their namespace. Aggregated ClusterRoles need nothing: a controller writes the union into their
 * rules. Bindings are found by subject, so that a question costs what the user has, not what the cluster has.
 */
export function createRbacIndex(): RbacIndex {
  const roles = new Map<string, RbacRole>();
  const bindings = new Map<string, RbacBinding>();
  const bySubject = new Map<string, Map<string, RbacBinding>>();
  let version = 0;

  const removeBinding = (key: string): void => {
    for (const subject of bindings.get(key)?.subjects ?? []) {
      const ofSubject = bySubject.get(subject);
      ofSubject?.delete(key);
      if (ofSubject?.size === 0) bySubject.delete(subject);
    }
    bindings.delete(key);
  };

  // By the user object, which a stream keeps for seconds: with 2,000 clients gathering them anew for every event took
  // a quarter of the time.
  const known = new WeakMap<UserInfo, { readonly version: number; readonly bindings: UserBindings }>();

  /** By the namespace that they are for, `''` for everywhere. */
  const bindingsOf = (user: UserInfo): UserBindings => {
    const cached = known.get(user);
    if (cached?.version === version) return cached.bindings;
    const found = new Map(bySubject.get(userSubject(user.username)));
    for (const group of user.groups) {
      for (const [key, binding] of bySubject.get(groupSubject(group)) ?? []) found.set(key, binding);
    }
    const bindings = Map.groupBy(found.values(), (binding) => binding.namespace);
    known.set(user, { version, bindings });
    return bindings;
  };

  const roleOf = (binding: RbacBinding): RbacRole | undefined =>
    roles.get(
      keyOf({ namespace: binding.role.isClusterRole ? '' : binding.namespace, name: binding.role.name }),
    );

  return {
    put: (object) => {
      version += 1;
      const key = keyOf(object);
      if (object.kind === 'role') {
        roles.set(key, object);
        return;
      }
      removeBinding(key);
      bindings.set(key, object);
      for (const subject of object.subjects) {
        const ofSubject = bySubject.get(subject) ?? new Map<string, RbacBinding>();
        ofSubject.set(key, object);
        bySubject.set(subject, ofSubject);
      }
    },
    remove: (object) => {
      version += 1;
      if (object.kind === 'role') roles.delete(keyOf(object));
      else removeBinding(keyOf(object));
    },
    allows: (user, attributes) => {
      if (user.groups.includes(privilegedGroup)) return true;
      const bindings = bindingsOf(user);
      const places = attributes.namespace === '' ? [''] : ['', attributes.namespace];
      return places.some((namespace) =>
        bindings.get(namespace)?.some((binding) => {
          const rules = roleOf(binding)?.rules ?? [];
          return rules.some((rule) => coversAction(rule, attributes) && coversName(rule, attributes.name));
        }),
      );
    },
    findWhere: (user, action, names) => {
      if (user.groups.includes(privilegedGroup)) return { kind: 'everywhere' };
      const found = { namespaces: new Set<string>(), objects: new Map<string, Set<string>>() };
      for (const binding of [...bindingsOf(user).values()].flat()) {
        const granted = grantedBy(roleOf(binding), action, names);
        if (granted === 'all' && binding.namespace === '') return { kind: 'everywhere' };
        if (granted === 'all') found.namespaces.add(binding.namespace);
        else if (granted.size > 0) {
          const known = found.objects.get(binding.namespace) ?? [];
          found.objects.set(binding.namespace, new Set([...known, ...granted]));
        }
      }
      const named = [...found.objects].filter(([namespace]) => !found.namespaces.has(namespace));
      return {
        kind: 'listed',
        namespaces: [...found.namespaces],
        objects: named
          .filter(([namespace]) => namespace !== '')
          .flatMap(([namespace, allowed]) => [...allowed].map((name) => ({ namespace, name }))),
        names: [...(found.objects.get('') ?? [])],
      };
    },
    version: () => version,
    size: () => ({ roles: roles.size, bindings: bindings.size }),
  };
}

/** Everything, or these names. */
function grantedBy(role: RbacRole | undefined, action: RuleAction, names: NamesAsked): 'all' | Set<string> {
  const granted = new Set<string>();
  for (const rule of role?.rules ?? []) {
    if (!coversAction(rule, action)) continue;
    if (rule.resourceNames.length === 0) return 'all';
    for (const name of rule.resourceNames) {
      if (names.kind === 'any' || (names.kind === 'one' && names.name === name)) granted.add(name);
    }
  }
  return granted;
}

/** Names of Kubernetes hold no slash. */
function keyOf(object: { readonly namespace: string; readonly name: string }): string {
  return `${object.namespace}/${object.name}`;
}
