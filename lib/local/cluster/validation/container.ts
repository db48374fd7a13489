import { dnsLabelProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText, type Fields } from '../defaults/fill.ts';
import { containerResourceProblems } from './container-resources.ts';
import { duplicate, type FieldProblem, invalid, notFound, required } from './field-problem.ts';
import { oneOf } from './one-of.ts';
import { portNameProblems, portNumberProblems, protocols } from './port.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['File', 'FallbackToLogsOnError'];

/** What a container stands among. */
export type ContainerSurroundings = {
  /** Names that are taken; this container's is added. */
  readonly names: Set<string>;
  readonly volumes: ReadonlySet<string>;
};

/** Problems of a container, of whatever list. */
export function containerProblems(
  container: Fields,
  path: string,
  { names, volumes }: ContainerSurroundings,
): readonly FieldProblem[] {
  const name = asText(container['name']);
  const taken = names.has(name);
  names.add(name);
  return [
    ...(name === ''
      ? [required(`${path}.name`)]
      : dnsLabelProblems(name).map((text) => invalid(`${path}.name`, name, text))),
    ...(asText(container['image']) === '' ? [required(`${path}.image`)] : []),
    ...oneOf(container, path, 'terminationMessagePolicy', messagePolicies),
    ...portsProblems(asList(container['ports']).map(asFields), `${path}.ports`),
    ...asList(container['env']).flatMap((variable, index) =>
      variableProblems(asFields(variable), `${path}.env[${index}]`),
    ),
    ...mountProblems(asList(container['volumeMounts']).map(asFields), `${path}.volumeMounts`, volumes),
    ...oneOf(container, path, 'imagePullPolicy', pullPolicies),
    ...containerResourceProblems(container['resources'], `${path}.resources`),
    ...(taken && name !== '' ? [duplicate(`${path}.name`, name)] : []),
  ];
}

function portsProblems(ports: readonly Fields[], path: string): readonly FieldProblem[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const name = asText(port['name']);
    const problems = name === '' ? [] : portNameProblems(`${at}.name`, name);
    if (problems.length === 0 && names.has(name)) problems.push(duplicate(`${at}.name`, name));
    if (name !== '') names.add(name);
    if (!port['containerPort']) problems.push(required(`${at}.containerPort`));
    else problems.push(...portNumberProblems(`${at}.containerPort`, port['containerPort']));
    if (port['hostPort']) problems.push(...portNumberProblems(`${at}.hostPort`, port['hostPort']));
    return [...problems, ...oneOf(port, at, 'protocol', protocols)];
  });
}

function variableProblems(variable: Fields, path: string): readonly FieldProblem[] {
  const problems = asText(variable['name']) === '' ? [required(`${path}.name`)] : [];
  const source = Object.keys(asFields(variable['valueFrom']));
  if (source.length > 0 && asText(variable['value']) !== '') {
    problems.push(invalid(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  }
  if (source.length > 1) {
    problems.push(invalid(`${path}.valueFrom`, '', 'may not have more than one field specified at a time'));
  }
  return problems;
}

function mountProblems(
  mounts: readonly Fields[],
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldProblem[] {
  const places = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const name = asText(mount['name']);
    const place = asText(mount['mountPath']);
    const problems: FieldProblem[] = [];
    if (name === '') problems.push(required(`${at}.name`));
    if (!volumes.has(name)) problems.push(notFound(`${at}.name`, name));
    if (place === '') problems.push(required(`${at}.mountPath`));
    if (places.has(place)) problems.push(invalid(`${at}.mountPath`, place, 'must be unique'));
    places.add(place);
    return problems;
  });
}
