import type { LabelRequirement } from '../core/label-selector.ts';

/** As many as visible-resources.sql looks up in the index of labels. */
const maxAlternatives = 8;

/** Labels of which an object has one where it fulfils the requirement. */
export type IndexableRequirement = LabelRequirement & {
  readonly alternatives?: readonly Readonly<Record<string, string>>[] | undefined;
};

/**
 * Equalities go where an index can answer them; where two contradict each other, one is left as it is. A choice of
 * few values comes first, with the labels that fulfil it, because the index can answer that as well.
 */
export function indexableLabels(filter: {
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly labelRequirements?: readonly LabelRequirement[] | undefined;
}): {
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly requirements: readonly IndexableRequirement[] | undefined;
} {
  const labels: Record<string, string> = { ...filter.labels };
  const rest: LabelRequirement[] = [];
  for (const requirement of filter.labelRequirements ?? []) {
    const [value, ...others] = requirement.values;
    const isEquality = requirement.operator === 'in' && value !== undefined && others.length === 0;
    if (isEquality && !Object.hasOwn(labels, requirement.key)) labels[requirement.key] = value;
    else rest.push(requirement);
  }
  const isChoice = ({ operator, values }: LabelRequirement) =>
    operator === 'in' && values.length > 0 && values.length <= maxAlternatives;
  const choice = rest.find(isChoice);
  const alternatives = choice?.values.map((value) => ({ [choice.key]: value }));
  const requirements =
    choice === undefined
      ? rest
      : [{ ...choice, alternatives }, ...rest.filter((requirement) => requirement !== choice)];
  return {
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    requirements: rest.length === 0 ? undefined : requirements,
  };
}
