import { compareBytes } from '../core/compare-bytes.ts';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import type { IndexableRequirement } from './indexable-labels.ts';
import type { ResourceFilter } from './resource-filter.ts';

type Labels = Readonly<Record<string, string>>;

/** What an index can look for; it changes nothing about what is found. */
export type ResourceSearch =
  /** Labels by kind (`apps/deployments`), of which every object that is wanted has one set at least. */
  | { readonly terms: readonly Readonly<Record<string, Labels>>[] }
  /** The namespaces that there can be anything in; `undefined` for all. */
  | { readonly within: readonly string[] | undefined };

/** As many as visible-resources.sql looks up. */
const maxTerms = 8;

/** The terms of a question for labels, where it has few enough, and where nothing else finds fewer rows. */
export function labelTerms(
  scope: ScopeParameter,
  filter: ResourceFilter,
  asked: {
    readonly labels: Labels | undefined;
    readonly requirements: readonly IndexableRequirement[] | undefined;
  },
): Extract<ResourceSearch, { terms: unknown }> | undefined {
  const alternatives = asked.requirements?.[0]?.alternatives;
  if (asked.labels === undefined && alternatives === undefined) return undefined;
  // The past has no index of labels; a name or a composition is looked for by its own.
  if (filter.at !== undefined || filter.name !== undefined || filter.compositionId !== undefined) {
    return undefined;
  }
  const kinds = kindsOf(scope, filter);
  const terms = kinds.flatMap((kind) =>
    (alternatives ?? [{}]).map((labels) => ({ [kind]: { ...asked.labels, ...labels } })),
  );
  return terms.length <= maxTerms ? { terms } : undefined;
}

/**
 * The namespaces of a scope, where it reaches everywhere in none of its kinds.
 * @param from where a page within one kind goes on
 */
export function namespacesWithin(
  scope: ScopeParameter,
  from?: { readonly namespace: string; readonly descending: boolean },
): readonly string[] | undefined {
  if (scope.everywhere.length > 0 || scope.names.length > 0) return undefined;
  const all = new Set([...scope.namespaces, ...scope.objects].map(({ namespace = '' }) => namespace));
  if (from === undefined) return [...all];
  const sign = from.descending ? -1 : 1;
  return [...all].filter((namespace) => sign * compareBytes(namespace, from.namespace) >= 0);
}

function kindsOf(scope: ScopeParameter, filter: ResourceFilter): string[] {
  const members = [...scope.everywhere, ...scope.namespaces, ...scope.objects, ...scope.names].filter(
    (member) =>
      filter.groups.includes(member.api_group) && (filter.resources?.includes(member.resource) ?? true),
  );
  return [...new Set(members.map((member) => `${member.api_group}/${member.resource}`))];
}
