import type { LabelRequirement } from '../core/label-selector.ts';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { indexableLabels } from './indexable-labels.ts';
import { withLabelRequirements } from './label-requirements.ts';
import { likePattern } from './like-pattern.ts';
import { loadSql } from './load-sql.ts';
import { labelTerms, namespacesWithin } from './resource-search.ts';

/** Which objects; `undefined` takes all. */
export type ResourceFilter = {
  readonly groups: readonly string[];
  readonly resources: readonly string[] | undefined;
  readonly kinds: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Anywhere in the name, in either case. */
  readonly nameContains: string | undefined;
  readonly compositionId: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly labelRequirements: readonly LabelRequirement[] | undefined;
  /** RFC 3339. */
  readonly updatedSince: string | undefined;
  readonly deleted: 'live' | 'deleted' | 'all';
  /** RFC 3339: as it was stored at that time. Then nothing is deleted. */
  readonly at: string | undefined;
};

const visible = withLabelRequirements(loadSql('visible-resources'), '$15');
const resourcesAt = loadSql('resources-at');
const resourcesEver = loadSql('resources-ever');
const resourcesLabelled = loadSql('resources-labelled');

/** Where a query over resources reads from: what is live or deleted now, both, all of `filter.at`, or by labels. */
export type ResourceSource = 'now' | 'ever' | 'past' | 'labelled';

/** A query over resources with the condition that all of them have, for each source. */
export function resourceStatement(name: string): Readonly<Record<ResourceSource, string>> {
  const now = loadSql(name).replace('/* visible */', () => visible);
  const from = (source: string) => now.replace('/* source */ resources r', () => source);
  return {
    now,
    ever: from(resourcesEver),
    past: from(`${resourcesAt} r`),
    labelled: from(resourcesLabelled),
  };
}

/**
 * The values of $1 to $17, see visible-resources.sql, and from where the rows are found soonest.
 * @param by 'any index' lets the index of labels find the rows, where it can
 * @param from the namespace where a page within one kind goes on
 */
export function filterParameters(
  scope: ScopeParameter,
  filter: ResourceFilter,
  by: 'any index' | 'in order' = 'any index',
  from?: Parameters<typeof namespacesWithin>[1],
): { readonly values: readonly unknown[]; readonly source: ResourceSource } {
  const { labels, requirements } = indexableLabels(filter);
  const terms = by === 'in order' ? undefined : labelTerms(scope, filter, { labels, requirements });
  const search = terms ?? { within: namespacesWithin(scope, from) };
  const values = [
    JSON.stringify({ ...scope, ...search }),
    ...oneOrSeveral(filter.groups),
    ...oneOrSeveral(filter.resources),
    filter.version,
    filter.cluster,
    filter.namespace,
    filter.name,
    filter.nameContains === undefined ? undefined : likePattern(filter.nameContains),
    filter.compositionId,
    labels === undefined ? undefined : JSON.stringify(labels),
    filter.updatedSince,
    filter.kinds,
    requirements === undefined ? undefined : JSON.stringify(requirements),
    filter.at === undefined ? filter.deleted : 'live',
    filter.at,
  ];
  if (terms !== undefined) return { values, source: 'labelled' };
  if (filter.at !== undefined) return { values, source: 'past' };
  return { values, source: filter.deleted === 'all' ? 'ever' : 'now' };
}

function oneOrSeveral(
  values: readonly string[] | undefined,
): [string | undefined, readonly string[] | undefined] {
  return values?.length === 1 ? [values[0], undefined] : [undefined, values];
}
