import type { Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid } from './field-problem.ts';
import { atMostAllProblems, intOrPercentProblems } from './int-or-percent.ts';
import { labelSelectorProblems } from './label-selector.ts';

/** Problems of a PodDisruptionBudget's spec. */
export function disruptionBudgetProblems(spec: Fields): readonly FieldProblem[] {
  const { minAvailable = null, maxUnavailable = null, selector = null } = spec;
  const both = minAvailable !== null && maxUnavailable !== null;
  // The server's own type for it, which has other names for the fields.
  const shown = {
    MinAvailable: minAvailable,
    Selector: selector,
    MaxUnavailable: maxUnavailable,
    UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
  };
  return [
    ...(both ? [invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...['minAvailable', 'maxUnavailable'].flatMap((name) => [
      ...intOrPercentProblems(`spec.${name}`, spec[name]),
      ...atMostAllProblems(`spec.${name}`, spec[name]),
    ]),
    ...labelSelectorProblems(selector, 'spec.selector'),
  ];
}
