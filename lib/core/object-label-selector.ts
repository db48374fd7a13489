import { type LabelSelector, parseLabelSelector } from './label-selector.ts';

/** The `LabelSelector` that objects carry, such as `spec.selector` of a Deployment. */
export type ObjectLabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
};

/**
 * The selector as text, as in query parameters and in the `selector` of a Scale: requirements by key,
 * values of sets in order.
 */
export function formatObjectSelector(selector: ObjectLabelSelector): string {
  const terms = Object.entries(selector.matchLabels ?? {}).map(([key, value]): [string, string] => [
    key,
    `${key}=${value}`,
  ]);
  for (const expression of selector.matchExpressions ?? []) {
    terms.push([expression.key, formatExpression(expression)]);
  }
  return terms
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, term]) => term)
    .join(',');
}

/**
 * The selector as a matcher. An empty one takes everything, a missing one nothing.
 * @throws where the selector was never validated
 */
export function objectSelectorMatcher(selector: ObjectLabelSelector | undefined): LabelSelector['matches'] {
  if (selector === undefined) return () => false;
  const parsed = parseLabelSelector(formatObjectSelector(selector));
  if (parsed.kind === 'invalid') throw new Error(`Cannot match labels: ${parsed.message}`);
  return parsed.matches;
}

function formatExpression({
  key,
  operator,
  values = [],
}: NonNullable<ObjectLabelSelector['matchExpressions']>[number]): string {
  const set = `(${values.toSorted(compareText).join(',')})`;
  switch (operator) {
    case 'In':
      return `${key} in ${set}`;
    case 'NotIn':
      return `${key} notin ${set}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      throw new Error(
        `Cannot read label selector: operator "${operator}", expected In, NotIn, Exists or DoesNotExist`,
      );
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
