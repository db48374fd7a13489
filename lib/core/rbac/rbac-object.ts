import { z } from 'zod';
import type { KubernetesObject } from '../kubernetes-object.ts';

/** One rule of a Role or ClusterRole, as far as it is about resources. */
export type RbacRule = {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty: all names. */
  readonly resourceNames: readonly string[];
};

export type RbacRole = {
  readonly kind: 'role';
  /** `''` for a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly RbacRule[];
};

export type RbacBinding = {
  readonly kind: 'binding';
  /** `''` for a ClusterRoleBinding, which counts everywhere. */
  readonly namespace: string;
  readonly name: string;
  readonly role: { readonly isClusterRole: boolean; readonly name: string };
  /** Keys of users and groups, see `userSubject` and `groupSubject`. */
  readonly subjects: readonly string[];
};

export function userSubject(username: string): string {
  return `user:${username}`;
}

export function groupSubject(group: string): string {
  return `group:${group}`;
}

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const roleSchema = z.object({
  rules: z
    .array(z.object({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts }))
    .nullish()
    .transform((rules) => rules ?? []),
});

const bindingSchema = z.object({
  roleRef: z.object({ kind: z.enum(['Role', 'ClusterRole']), name: z.string() }),
  subjects: z
    .array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().nullish() }))
    .nullish()
    .transform((subjects) => subjects ?? []),
});

/**
 * A Role, ClusterRole, RoleBinding or ClusterRoleBinding in the form that rights are evaluated in; `undefined`
 * for what is none or cannot be read, which then gives no rights.
 */
export function parseRbacObject(
  kind: 'Role' | 'ClusterRole' | 'RoleBinding' | 'ClusterRoleBinding',
  object: KubernetesObject,
): RbacRole | RbacBinding | undefined {
  const { name, namespace = '' } = object.metadata;
  if (name === undefined) return undefined;
  if (kind === 'Role' || kind === 'ClusterRole') {
    const role = roleSchema.safeParse(object);
    return role.success ? { kind: 'role', namespace, name, rules: role.data.rules } : undefined;
  }
  const binding = bindingSchema.safeParse(object);
  if (!binding.success) return undefined;
  const { roleRef, subjects } = binding.data;
  return {
    kind: 'binding',
    namespace,
    name,
    role: { isClusterRole: roleRef.kind === 'ClusterRole', name: roleRef.name },
    subjects: subjects.flatMap((subject) => subjectKey(subject, namespace)),
  };
}

function subjectKey(
  subject: { readonly kind: string; readonly name: string; readonly namespace?: string | null | undefined },
  bindingNamespace: string,
): string[] {
  switch (subject.kind) {
    case 'User':
      return [userSubject(subject.name)];
    case 'Group':
      return [groupSubject(subject.name)];
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace === '' ? [] : [userSubject(`system:serviceaccount:${namespace}:${subject.name}`)];
    }
    default:
      return [];
  }
}
