import type { LabelSelector } from './label-selector.ts';

/** Which changes of objects a stream sends; `undefined` takes all. */
export type ResourceStreamFilter = {
  readonly cluster: string | undefined;
  readonly groups: readonly string[];
  readonly resources: readonly string[] | undefined;
  readonly kinds: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly nameContains: string | undefined;
  readonly compositionId: string | undefined;
};

export type FilteredChange = {
  readonly cluster_name: string;
  readonly api_group: string;
  readonly resource: string;
  readonly kind: string;
  readonly api_version: string;
  readonly namespace: string;
  readonly name: string;
  readonly composition_id: string | null;
};

/** The condition of read-resources-after.sql, for rows that are here already, and that on a part of the name. */
export function matchesChange(filter: ResourceStreamFilter, change: FilteredChange): boolean {
  return (
    isOrAny(filter.cluster, change.cluster_name) &&
    filter.groups.includes(change.api_group) &&
    hasOrAny(filter.resources, change.resource) &&
    hasOrAny(filter.kinds, change.kind) &&
    isOrAny(filter.version, change.api_version) &&
    isOrAny(filter.namespace, change.namespace) &&
    isOrAny(filter.name, change.name) &&
    isOrAny(filter.compositionId, change.composition_id) &&
    (filter.nameContains === undefined ||
      change.name.toLowerCase().includes(filter.nameContains.toLowerCase()))
  );
}

/** What a change is to a reader who selects by labels. */
export type SeenChange = 'upserted' | 'deleted' | 'left';

/**
 * `left` is an object that the reader had and that its labels have taken out of the selection since; as a watch
 * of the API server tells it by DELETED. `undefined` where the reader neither had it nor gets it.
 */
export function seenChange(
  matches: (labels: Readonly<Record<string, string>>) => boolean,
  change: {
    readonly operation: 'upserted' | 'deleted';
    readonly labels: Readonly<Record<string, string>>;
    readonly previous_labels: Readonly<Record<string, string>> | null;
  },
): SeenChange | undefined {
  const before = change.previous_labels !== null && matches(change.previous_labels);
  const now = matches(change.labels);
  if (change.operation === 'deleted') return before || now ? 'deleted' : undefined;
  if (now) return 'upserted';
  return before ? 'left' : undefined;
}

/** Takes labels that have all the values and that the selector takes. */
export function labelMatcher(
  values: Readonly<Record<string, string>> | undefined,
  selector: Pick<LabelSelector, 'matches'> | undefined,
): (labels: Readonly<Record<string, string>>) => boolean {
  return (labels) =>
    Object.entries(values ?? {}).every(
      ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
    ) &&
    (selector?.matches(labels) ?? true);
}

function isOrAny(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value;
}

function hasOrAny(wanted: readonly string[] | undefined, value: string): boolean {
  return wanted === undefined || wanted.includes(value);
}
