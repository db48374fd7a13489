import type { EventScope, ResourceScope, Where } from './access-scope.ts';

type ResourceMember = { readonly cluster: string; readonly api_group: string; readonly resource: string };
type Member = ResourceMember & { readonly namespace?: string; readonly name?: string };

/** Scopes as queries take them: one jsonb parameter with a list per width, each read by `jsonb_to_recordset`. */
export type ScopeParameter = {
  readonly everywhere: readonly Member[];
  readonly namespaces: readonly Member[];
  readonly objects: readonly Member[];
  /** In every namespace. */
  readonly names: readonly Member[];
};

/** A scope that allows nothing leaves no member, so no scope means no row. */
export function resourceScopeParameter(scopes: readonly ResourceScope[]): ScopeParameter {
  return {
    everywhere: scopes.filter(({ where }) => where.kind === 'everywhere').map(resourceMember),
    namespaces: scopes.flatMap((scope) =>
      namespacesOf(scope.where).map((namespace) => ({ ...resourceMember(scope), namespace })),
    ),
    objects: scopes.flatMap((scope) =>
      objectsOf(scope.where).map((object) => ({ ...resourceMember(scope), ...object })),
    ),
    names: scopes.flatMap((scope) =>
      namesOf(scope.where).map((name) => ({ ...resourceMember(scope), name })),
    ),
  };
}

/** Events that may be listed, and resources whose events may be read because their objects may be got. */
export type EventScopeParameter = {
  /** Clusters whose events the user may list everywhere. */
  readonly clusters: readonly { readonly cluster: string }[];
  readonly namespaces: readonly { readonly cluster: string; readonly namespace: string }[];
  readonly involved: ScopeParameter;
};

export function eventScopeParameter(scopes: readonly EventScope[]): EventScopeParameter {
  return {
    clusters: scopes.filter(({ events }) => events.kind === 'everywhere').map(({ cluster }) => ({ cluster })),
    namespaces: scopes.flatMap(({ cluster, events }) =>
      namespacesOf(events).map((namespace) => ({ cluster, namespace })),
    ),
    involved: resourceScopeParameter(
      scopes.flatMap(({ cluster, involved }) => involved.map((scope) => ({ cluster, ...scope }))),
    ),
  };
}

function resourceMember(scope: ResourceScope): ResourceMember {
  return { cluster: scope.cluster, api_group: scope.group, resource: scope.resource };
}

function namespacesOf(where: Where): readonly string[] {
  return where.kind === 'everywhere' ? [] : where.namespaces;
}

function objectsOf(where: Where): readonly { readonly namespace: string; readonly name: string }[] {
  return where.kind === 'everywhere' ? [] : where.objects;
}

function namesOf(where: Where): readonly string[] {
  return where.kind === 'everywhere' ? [] : where.names;
}
