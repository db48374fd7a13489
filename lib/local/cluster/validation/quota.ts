import { asFields, asText, type Fields } from '../defaults/fill.ts';
import { compareQuantities } from '../schemas/quantity.ts';
import { type FieldProblem, invalid } from './field-problem.ts';

/** Problems of a ResourceQuota's spec: nobody can have less than nothing. */
export function quotaProblems(spec: Fields): readonly FieldProblem[] {
  return Object.entries(asFields(spec['hard']))
    .filter(([, amount]) => compareQuantities(asText(amount), '0') < 0)
    .map(([name, amount]) => invalid(`spec.hard[${name}]`, amount, 'must be greater than or equal to 0'));
}
