import type { LabelRequirement } from '../core/label-selector.ts';
import type { EventScopeParameter } from '../core/scope-parameter.ts';
import { indexableLabels } from './indexable-labels.ts';
import { withLabelRequirements } from './label-requirements.ts';
import { likePattern } from './like-pattern.ts';
import { loadSql } from './load-sql.ts';

/** Which events; `undefined` takes all. */
export type EventFilter = {
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  /** `Pod`, or with its apiVersion `v1.Pod`. */
  readonly kinds: readonly string[] | undefined;
  /** Anywhere in the involved object's name, in either case. */
  readonly nameContains: string | undefined;
  readonly compositionId: string | undefined;
  /** Of the event or of the object that it is about. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** What the labels of the object that it is about fulfil. */
  readonly labelRequirements?: readonly LabelRequirement[] | undefined;
  /** RFC 3339. */
  readonly since: string | undefined;
  /** RFC 3339; events are taken as they were at that time. */
  readonly until: string | undefined;
  readonly types: readonly string[] | undefined;
  readonly reasons: readonly string[] | undefined;
  readonly involvedUid: string | undefined;
  readonly involvedName: string | undefined;
  /** Words of reason or message, or their beginnings; all must be there. */
  readonly text: string | undefined;
};

/** Takes all; what a question is about goes over it. */
export const anyEvent: EventFilter = {
  cluster: undefined,
  namespace: undefined,
  kinds: undefined,
  nameContains: undefined,
  compositionId: undefined,
  labels: undefined,
  since: undefined,
  until: undefined,
  types: undefined,
  reasons: undefined,
  involvedUid: undefined,
  involvedName: undefined,
  text: undefined,
};

const visible = withLabelRequirements(loadSql('visible-events'), "$7 -> 'requirements'");

/** A query over events with the condition that all of them have. */
export function eventStatement(name: string): string {
  return loadSql(name).replace('/* visible */', () => visible);
}

/**
 * The values of $1 to $14, see visible-events.sql.
 * @param uids all objects that the events can be about, where that is known
 */
export function eventFilterParameters(
  scope: EventScopeParameter,
  filter: EventFilter,
  uids: readonly string[] | undefined,
): unknown[] {
  return [
    JSON.stringify(scope),
    filter.cluster,
    filter.namespace,
    filter.kinds,
    filter.nameContains === undefined ? undefined : likePattern(filter.nameContains),
    filter.compositionId,
    labelParameter(filter, uids),
    filter.since,
    filter.until,
    filter.types,
    filter.reasons,
    filter.involvedUid,
    filter.involvedName,
    filter.text === undefined ? undefined : wordQuery(filter.text),
  ];
}

function labelParameter(filter: EventFilter, uids: readonly string[] | undefined): string | undefined {
  const { labels, requirements } = indexableLabels(filter);
  if (labels === undefined && requirements === undefined) return undefined;
  return JSON.stringify({ labels, requirements, ofObject: filter.labelRequirements !== undefined, uids });
}

/** Every word as a beginning; a text without words finds nothing, as the empty query does. */
function wordQuery(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => `'${word}':*`).join(' & ');
}
