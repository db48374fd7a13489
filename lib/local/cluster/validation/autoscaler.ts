import { asFields, asText, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';

/** Problems of a HorizontalPodAutoscaler's spec, of either version. */
export function autoscalerProblems(spec: Fields): readonly FieldProblem[] {
  const least = Number(spec['minReplicas'] ?? 1);
  const most = Number(spec['maxReplicas'] ?? 0);
  const target = asFields(spec['scaleTargetRef']);
  return [
    ...(least < 1 ? [invalid('spec.minReplicas', least, 'must be greater than or equal to 1')] : []),
    ...(most < 1 ? [invalid('spec.maxReplicas', most, 'must be greater than 0')] : []),
    ...(most < least
      ? [invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...['kind', 'name']
      .filter((name) => asText(target[name]) === '')
      .map((name) => required(`spec.scaleTargetRef.${name}`)),
  ];
}
