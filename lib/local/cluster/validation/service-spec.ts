import { dnsLabelProblems, subdomainProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText, asTexts, type Fields } from '../defaults/fill.ts';
import { duplicate, type FieldProblem, forbidden, invalid, required } from './field-problem.ts';
import { validateLabels } from './object-meta.ts';
import { oneOf } from './one-of.ts';
import { nodePortRange, portNumberProblems, portProblems, protocols } from './port.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const maxAffinitySeconds = 86_400;

/** Problems of a Service's spec; `before` is the live one's, of an update. */
export function serviceSpecProblems(spec: Fields, before: Fields): readonly FieldProblem[] {
  const type = asText(spec['type']);
  const ports = asList(spec['ports']).map(asFields);
  const isHeadless = spec['clusterIP'] === 'None';
  return [
    ...addressChange(spec, before),
    ...(ports.length === 0 && !isHeadless && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...(isHeadless && (type === 'LoadBalancer' || type === 'NodePort')
      ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : []),
    ...(type === 'ExternalName' ? externalNameProblems(spec) : []),
    ...portsProblems(ports),
    ...validateLabels(asTexts(spec['selector']), 'spec.selector'),
    ...oneOf(spec, 'spec', 'sessionAffinity', ['ClientIP', 'None']),
    ...affinityProblems(spec),
    ...oneOf(spec, 'spec', 'type', types),
    ...nodePortProblems(ports, type),
    ...samePortProblems(ports),
  ];
}

function addressChange(spec: Fields, before: Fields): readonly FieldProblem[] {
  const address = asText(before['clusterIP']);
  const isKept = address === '' || spec['clusterIP'] === address || spec['type'] === 'ExternalName';
  return isKept ? [] : [invalid('spec.clusterIPs[0]', [spec['clusterIP']], 'may not change once set')];
}

function externalNameProblems(spec: Fields): readonly FieldProblem[] {
  const name = asText(spec['externalName']).replace(/\.$/, '');
  return [
    ...(asText(spec['clusterIP']) === ''
      ? []
      : [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')]),
    ...(name === ''
      ? [required('spec.externalName')]
      : subdomainProblems(name).map((text) => invalid('spec.externalName', name, text))),
  ];
}

function portsProblems(ports: readonly Fields[]): readonly FieldProblem[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `spec.ports[${index}]`;
    const name = asText(port['name']);
    const problems: FieldProblem[] = [];
    if (name === '') {
      if (ports.length > 1) problems.push(required(`${path}.name`));
    } else {
      problems.push(...dnsLabelProblems(name).map((text) => invalid(`${path}.name`, name, text)));
      if (names.has(name)) problems.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    return [
      ...problems,
      ...portNumberProblems(`${path}.port`, port['port']),
      ...oneOf(port, path, 'protocol', protocols),
      ...portProblems(`${path}.targetPort`, port['targetPort']),
    ];
  });
}

function affinityProblems(spec: Fields): readonly FieldProblem[] {
  const { sessionAffinity, sessionAffinityConfig: config } = spec;
  if (config === undefined || config === null) return [];
  if (sessionAffinity === 'None') {
    return [forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None')];
  }
  const seconds = asFields(asFields(config)['clientIP'])['timeoutSeconds'];
  return typeof seconds === 'number' && (seconds <= 0 || seconds > maxAffinitySeconds)
    ? [
        invalid(
          'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
          seconds,
          `must be greater than 0 and less than ${maxAffinitySeconds}`,
        ),
      ]
    : [];
}

function nodePortProblems(ports: readonly Fields[], type: string): readonly FieldProblem[] {
  const taken = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}].nodePort`;
    const number = Number(port['nodePort'] ?? 0);
    if (number === 0) return [];
    if (type === 'ClusterIP') return [forbidden(field, "may not be used when `type` is 'ClusterIP'")];
    const key = JSON.stringify([port['protocol'], number]);
    if (taken.has(key)) return [duplicate(field, number)];
    taken.add(key);
    if (number >= nodePortRange.lowest && number <= nodePortRange.highest) return [];
    const range = `${nodePortRange.lowest}-${nodePortRange.highest}`;
    return [
      invalid(field, number, `provided port is not in the valid range. The range of valid ports is ${range}`),
    ];
  });
}

/** One port of one protocol leads to one place. */
function samePortProblems(ports: readonly Fields[]): readonly FieldProblem[] {
  const taken = new Set<string>();
  return ports.flatMap(({ protocol, port }, index) => {
    const key = JSON.stringify([protocol, port]);
    if (!taken.has(key)) {
      taken.add(key);
      return [];
    }
    // The server's own type for it, with nothing but these two set.
    const shown = {
      Name: '',
      Protocol: protocol,
      AppProtocol: null,
      Port: port,
      TargetPort: 0,
      NodePort: 0,
    };
    return [duplicate(`spec.ports[${index}]`, shown)];
  });
}
