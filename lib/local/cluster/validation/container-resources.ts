import { asFields, asText } from '../defaults/fill.ts';
import { compareQuantities } from '../schemas/quantity.ts';
import { type FieldProblem, invalid } from './field-problem.ts';

/** Problems of what a container asks for and may use. */
export function containerResourceProblems(resources: unknown, path: string): readonly FieldProblem[] {
  const { limits, requests } = asFields(resources);
  const limited = asFields(limits);
  const requested = Object.entries(asFields(requests));
  return [
    ...Object.entries(limited).flatMap(([name, amount]) => negative(`${path}.limits[${name}]`, amount)),
    ...requested.flatMap(([name, amount]) => [
      ...negative(`${path}.requests[${name}]`, amount),
      ...(limited[name] !== undefined && compareQuantities(asText(amount), asText(limited[name])) > 0
        ? [
            invalid(
              `${path}.requests`,
              amount,
              `must be less than or equal to ${name} limit of ${asText(limited[name])}`,
            ),
          ]
        : []),
    ]),
  ];
}

function negative(field: string, amount: unknown): readonly FieldProblem[] {
  return compareQuantities(asText(amount), '0') < 0
    ? [invalid(field, amount, 'must be greater than or equal to 0')]
    : [];
}
