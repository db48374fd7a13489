import type { LabelRequirement } from '../core/label-selector.ts';
import type { ScopeParameter } from '../core/scope-parameter.ts';
import { indexableLabels } from './indexable-labels.ts';
import { withLabelRequirements } from './label-requirements.ts';
import { likePattern } from './like-pattern.ts';
import { loadSql } from './load-sql.ts';

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

/**
 * A query over resources with the condition that all of them have, as it is `now` and as it was in the `past` (at
 * `filter.at`).
 */
export function resourceStatement(name: string): { readonly now: string; readonly past: string } {
  const now = loadSql(name).replace('/* visible */', () => visible);
  return { now, past: now.replace('/* source */ resources r', () => `${resourcesAt} r`) };
}

/** The values of $1 to $17, see visible-resources.sql. */
export function filterParameters(scope: ScopeParameter, filter: ResourceFilter): unknown[] {
  const { labels, requirements } = indexableLabels(filter);
  return [
    JSON.stringify(scope),
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
}

function oneOrSeveral(
  values: readonly string[] | undefined,
): [string | undefined, readonly string[] | undefined] {
  return values?.length === 1 ? [values[0], undefined] : [undefined, values];
}
