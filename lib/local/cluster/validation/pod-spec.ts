import { dnsLabelProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, type Fields } from '../defaults/fill.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required } from './field-problem.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];

/** The rules of a pod's spec that mistakes in manifests usually break. */
export function podSpecProblems(spec: Fields, path: string): readonly FieldProblem[] {
  const containers = asList(spec['containers']).map(asFields);
  const names = new Set<string>();
  const problems: FieldProblem[] = [];
  if (containers.length === 0) problems.push(required(`${path}.containers`));
  containers.forEach((container, index) => {
    problems.push(...containerProblems(container, `${path}.containers[${index}]`, names));
  });
  const policy = spec['restartPolicy'];
  if (typeof policy === 'string' && !restartPolicies.includes(policy)) {
    problems.push(notSupported(`${path}.restartPolicy`, policy, restartPolicies));
  }
  return problems;
}

function containerProblems(container: Fields, path: string, names: Set<string>): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { name, image } = container;
  if (typeof name !== 'string' || name === '') problems.push(required(`${path}.name`));
  else {
    problems.push(...dnsLabelProblems(name).map((text) => invalid(`${path}.name`, name, text)));
    if (names.has(name)) problems.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  if (typeof image !== 'string' || image === '') problems.push(required(`${path}.image`));
  return problems;
}
