import { type FieldProblem, invalid } from './field-problem.ts';

const percent = /^[0-9]+%$/;

/** Problems of a number that may be a share, such as `maxUnavailable`. */
export function intOrPercentProblems(field: string, value: unknown): FieldProblem[] {
  if (typeof value === 'number') {
    return value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
  }
  if (typeof value !== 'string') return [];
  if (!percent.test(value)) {
    return [
      invalid(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return [];
}

/** The same, where a share of more than all makes no sense. */
export function atMostAllProblems(field: string, value: unknown): FieldProblem[] {
  const isMore = typeof value === 'string' && percent.test(value) && Number.parseInt(value, 10) > 100;
  return isMore ? [invalid(field, value, 'must not be greater than 100%')] : [];
}

/** The number before the sign; 0 for what is no number. */
export function amountOf(value: unknown): number {
  return typeof value === 'string' ? Number.parseInt(value, 10) || 0 : Number(value ?? 0);
}
