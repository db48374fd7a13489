import type { Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid } from './field-problem.ts';

/** Numbers of an object that must not be below zero, where they are set. */
export function nonNegative(object: Fields, path: string, names: readonly string[]): FieldProblem[] {
  return names
    .filter((name) => Number(object[name] ?? 0) < 0)
    .map((name) => invalid(`${path}.${name}`, object[name], 'must be greater than or equal to 0'));
}
