import { asText, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, notSupported } from './field-problem.ts';

/** A field of an object that knows few values, where it is set; `supported` in the order in which the server lists them. */
export function oneOf(
  object: Fields,
  path: string,
  field: string,
  supported: readonly string[],
): FieldProblem[] {
  const value = asText(object[field]);
  return value === '' || supported.includes(value)
    ? []
    : [notSupported(`${path}.${field}`, value, supported)];
}
