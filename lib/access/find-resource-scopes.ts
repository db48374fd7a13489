import type { AccessVerb } from '../core/access-attributes.ts';
import { isNowhere, type ResourceScope } from '../core/access-scope.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl } from './access-control.ts';

export type ScopesOutcome<Scope> =
  | { readonly kind: 'scopes'; readonly scopes: readonly Scope[] }
  /** The rights could not be found out now. */
  | { readonly kind: 'unknown' };

/** A resource that may be in the answer, and where it may be: `''` stands for cluster-scoped objects. */
export type AccessTarget = {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
};

/** Where the user may do `verb`, among the targets; what is allowed nowhere is left out. */
export async function findResourceScopes(
  access: AccessControl,
  user: UserInfo,
  wanted: {
    readonly verb: AccessVerb;
    readonly cluster: string;
    readonly targets: readonly AccessTarget[];
    readonly name?: string;
  },
): Promise<ScopesOutcome<ResourceScope>> {
  const found = await Promise.all(
    byResource(wanted.targets).map(async ({ group, resource, namespaces }) => ({
      cluster: wanted.cluster,
      group,
      resource,
      where: await access.findWhere(
        user,
        { verb: wanted.verb, group, resource },
        { namespaces, ...(wanted.name === undefined ? {} : { name: wanted.name }) },
      ),
    })),
  );
  const scopes: ResourceScope[] = [];
  for (const { where, ...scope } of found) {
    if (where === 'unknown') return { kind: 'unknown' };
    if (!isNowhere(where)) scopes.push({ ...scope, where });
  }
  return { kind: 'scopes', scopes };
}

function byResource(
  targets: readonly AccessTarget[],
): { group: string; resource: string; namespaces: string[] }[] {
  const found = new Map<string, { group: string; resource: string; namespaces: string[] }>();
  for (const { group, resource, namespace } of targets) {
    const key = `${group}/${resource}`;
    const entry = found.get(key) ?? { group, resource, namespaces: [] };
    entry.namespaces.push(namespace);
    found.set(key, entry);
  }
  return [...found.values()];
}
