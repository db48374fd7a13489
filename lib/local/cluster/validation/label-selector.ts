import { labelKeyProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText, asTexts } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid, required } from './field-problem.ts';
import { validateLabels } from './object-meta.ts';

/** Problems of a selector of objects (`matchLabels`, `matchExpressions`). */
export function labelSelectorProblems(selector: unknown, path: string): FieldProblem[] {
  const { matchLabels, matchExpressions } = asFields(selector);
  return [
    ...validateLabels(asTexts(matchLabels), `${path}.matchLabels`),
    ...asList(matchExpressions).flatMap((expression, index) =>
      expressionProblems(asFields(expression), `${path}.matchExpressions[${index}]`),
    ),
  ];
}

/** Whether a selector says nothing, and so takes everything. */
export function isEmptySelector(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = asFields(selector);
  return Object.keys(asFields(matchLabels)).length === 0 && asList(matchExpressions).length === 0;
}

function expressionProblems(
  expression: Readonly<Record<string, unknown>>,
  path: string,
): readonly FieldProblem[] {
  const key = asText(expression['key']);
  const operator = asText(expression['operator']);
  const hasValues = asList(expression['values']).length > 0;
  const problems: FieldProblem[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (!hasValues) {
      problems.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (hasValues) {
      problems.push(
        forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    }
  } else problems.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  return [...problems, ...labelKeyProblems(key).map((text) => invalid(`${path}.key`, key, text))];
}
