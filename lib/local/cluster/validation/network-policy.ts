import { asFields, asList, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid, notSupported, required } from './field-problem.ts';
import { labelSelectorProblems } from './label-selector.ts';
import { portProblems } from './port.ts';

const directions = ['Ingress', 'Egress'];
const protocols = ['TCP', 'UDP', 'SCTP'];

/** Problems of a NetworkPolicy's spec. */
export function networkPolicyProblems(spec: Fields): readonly FieldProblem[] {
  const types = asList(spec['policyTypes']);
  return [
    ...labelSelectorProblems(spec['podSelector'], 'spec.podSelector'),
    ...rulesProblems(spec['ingress'], 'spec.ingress', 'from'),
    ...rulesProblems(spec['egress'], 'spec.egress', 'to'),
    ...(types.length > directions.length
      ? [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
      : types.flatMap((type, index) =>
          directions.includes(String(type))
            ? []
            : [notSupported(`spec.policyTypes[${index}]`, type, directions)],
        )),
  ];
}

function rulesProblems(rules: unknown, path: string, peers: 'from' | 'to'): readonly FieldProblem[] {
  return asList(rules)
    .map(asFields)
    .flatMap((rule, index) => [
      ...asList(rule['ports']).flatMap((port, at) =>
        ruleProblems(asFields(port), `${path}[${index}].ports[${at}]`),
      ),
      ...asList(rule[peers]).flatMap((peer, at) =>
        peerProblems(asFields(peer), `${path}[${index}].${peers}[${at}]`),
      ),
    ]);
}

function ruleProblems(rule: Fields, path: string): readonly FieldProblem[] {
  const { protocol, port, endPort } = rule;
  const problems: FieldProblem[] = [];
  if (!protocols.includes(String(protocol))) {
    problems.push(notSupported(`${path}.protocol`, protocol, protocols));
  }
  if (port !== undefined) problems.push(...portProblems(`${path}.port`, port));
  if (endPort === undefined) return problems;
  const field = `${path}.endPort`;
  if (port === undefined) {
    problems.push(invalid(field, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'string') {
    problems.push(invalid(field, endPort, 'may not be specified when `port` is non-numeric'));
  } else if (Number(endPort) < Number(port)) {
    problems.push(invalid(field, endPort, 'must be greater than or equal to `port`'));
  }
  return problems;
}

function peerProblems(peer: Fields, path: string): readonly FieldProblem[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const others = [podSelector, namespaceSelector].filter((one) => one !== undefined).length;
  return [
    ...labelSelectorProblems(podSelector, `${path}.podSelector`),
    ...labelSelectorProblems(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock !== undefined && !asFields(ipBlock)['cidr'] ? [required(`${path}.ipBlock.cidr`)] : []),
    ...(others === 0 && ipBlock === undefined ? [required(path, 'must specify a peer')] : []),
    ...(others > 0 && ipBlock !== undefined
      ? [forbidden(path, 'may not specify both ipBlock and another peer')]
      : []),
  ];
}
