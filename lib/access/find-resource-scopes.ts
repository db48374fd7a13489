import type { AccessVerb } from '../core/access-attributes.ts';
import { isNowhere, type ResourceScope } from '../core/access-scope.ts';
import { restrictWhere } from '../core/restrict-where.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl, NamedObject } from './access-control.ts';

export type ScopesOutcome<Scope> =
  | { readonly kind: 'scopes'; readonly scopes: readonly Scope[] }
  /** The rights could not be found out now. */
  | { readonly kind: 'unknown' };

export type AccessKind = { readonly group: string; readonly resource: string };

/** Where in one cluster the user may do `verb` with each of the kinds; what is allowed nowhere is left out. */
export async function findResourceScopes(
  access: AccessControl,
  user: UserInfo,
  wanted: {
    readonly verb: AccessVerb;
    readonly cluster: string;
    readonly kinds: readonly AccessKind[];
    /** The one namespace of the question, if it names one. */
    readonly namespace: string | undefined;
    /** Where else objects of the kind may be; `''` stands for cluster-scoped ones. */
    readonly namespacesOf: (kind: AccessKind) => Promise<readonly string[]>;
    readonly name?: string | undefined;
    /** Objects of the kind in these namespaces, where each may be asked about. */
    readonly objectsOf?: (kind: AccessKind, namespaces: readonly string[]) => Promise<readonly NamedObject[]>;
  },
): Promise<ScopesOutcome<ResourceScope>> {
  const { verb, cluster, namespace, name, objectsOf } = wanted;
  const found = await Promise.all(
    wanted.kinds.map(async (kind) => ({
      cluster,
      group: kind.group,
      resource: kind.resource,
      where: await access.findWhere(
        user,
        { verb, group: kind.group, resource: kind.resource },
        {
          namespaces: () =>
            namespace === undefined ? wanted.namespacesOf(kind) : Promise.resolve([namespace]),
          ...(name === undefined ? {} : { name }),
          ...(objectsOf === undefined
            ? {}
            : { objects: (namespaces: readonly string[]) => objectsOf(kind, namespaces) }),
        },
      ),
    })),
  );
  const scopes: ResourceScope[] = [];
  for (const { where, ...scope } of found) {
    if (where === 'unknown') return { kind: 'unknown' };
    const inside = namespace === undefined ? where : restrictWhere(where, namespace);
    if (!isNowhere(inside)) scopes.push({ ...scope, where: inside });
  }
  return { kind: 'scopes', scopes };
}
