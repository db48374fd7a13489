import type { Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid } from './field-problem.ts';
import { nonNegative } from './non-negative.ts';

/** Problems of a Lease's spec. */
export function leaseProblems(spec: Fields): readonly FieldProblem[] {
  const seconds = spec['leaseDurationSeconds'];
  return [
    ...(typeof seconds === 'number' && seconds <= 0
      ? [invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : []),
    ...nonNegative(spec, 'spec', ['leaseTransitions']),
  ];
}
