import { subdomainProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid, notSupported, required } from './field-problem.ts';
import { portNameProblems, portNumberProblems } from './port.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Problems of an Ingress' spec. */
export function ingressProblems(spec: Fields): readonly FieldProblem[] {
  const { defaultBackend } = spec;
  const rules = asList(spec['rules']).map(asFields);
  return [
    ...(rules.length === 0 && defaultBackend === undefined
      ? [invalid('spec', null, 'either `defaultBackend` or `rules` must be specified')]
      : []),
    ...(defaultBackend === undefined ? [] : backendProblems(asFields(defaultBackend), 'spec.defaultBackend')),
    ...rules.flatMap((rule, index) => ruleProblems(rule, `spec.rules[${index}]`)),
  ];
}

function ruleProblems(rule: Fields, path: string): readonly FieldProblem[] {
  const host = asText(rule['host']);
  const { http } = rule;
  return [
    ...(host === '' || host.includes('*')
      ? []
      : subdomainProblems(host).map((text) => invalid(`${path}.host`, host, text))),
    ...(http === undefined ? [] : pathsProblems(asList(asFields(http)['paths']), `${path}.http.paths`)),
  ];
}

function pathsProblems(paths: readonly unknown[], field: string): readonly FieldProblem[] {
  if (paths.length === 0) return [required(field)];
  return paths.map(asFields).flatMap((path, index) => {
    const at = `${field}[${index}]`;
    const text = asText(path['path']);
    const type = asText(path['pathType']);
    const problems: FieldProblem[] = [];
    if (type === '') problems.push(required(`${at}.pathType`, 'pathType must be specified'));
    else if (!pathTypes.includes(type)) problems.push(notSupported(`${at}.pathType`, type, pathTypes));
    const isFree = type === 'ImplementationSpecific' && text === '';
    if (!isFree && type !== '' && !text.startsWith('/')) {
      problems.push(invalid(`${at}.path`, text, 'must be an absolute path'));
    }
    return [...problems, ...backendProblems(asFields(path['backend']), `${at}.backend`)];
  });
}

function backendProblems(backend: Fields, path: string): readonly FieldProblem[] {
  const { resource, service } = backend;
  if (resource !== undefined && service !== undefined) {
    return [invalid(path, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return [];
  if (service === undefined) return [invalid(path, '', 'resource or service backend is required')];
  const { name, port } = asFields(service);
  const { name: portName, number } = asFields(port);
  const problems = asText(name) === '' ? [required(`${path}.service.name`)] : [];
  if (portName && number) problems.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (portName) problems.push(...portNameProblems(`${path}.service.port.name`, asText(portName)));
  else if (number) problems.push(...portNumberProblems(`${path}.service.port.number`, number));
  else problems.push(required(path, 'port name or number is required'));
  return problems;
}
