import { asFields, asList, asText, type Fields } from '../defaults/fill.ts';
import { nodePortRange } from '../validation/port.ts';

/** Whether a Service is reached through ports of the nodes. */
export function needsNodePorts(spec: Fields): boolean {
  if (spec['type'] === 'NodePort') return true;
  return spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false;
}

/**
 * Gives a port of the nodes to each port that has none: the one it had under its name, else the lowest that is free.
 * @param taken those of all Services
 */
export function withNodePorts(spec: Fields, before: Fields, taken: ReadonlySet<number>): Fields {
  if (!needsNodePorts(spec)) return spec;
  const ports = portsOf(spec);
  const used = new Set([...taken, ...ports.map(nodePortOf)]);
  const had = new Map(portsOf(before).map((port) => [asText(port['name']), nodePortOf(port)]));
  const free = (): number => {
    const { lowest, highest } = nodePortRange;
    for (let port = lowest; port <= highest; port += 1) if (!used.has(port)) return port;
    throw new Error(`Cannot give a Service a port of the nodes: all of ${lowest} to ${highest} are taken`);
  };
  const given = ports.map((port) => {
    if (nodePortOf(port) !== 0) return port;
    const own = had.get(asText(port['name'])) ?? 0;
    const nodePort = own !== 0 && !ports.some((other) => nodePortOf(other) === own) ? own : free();
    used.add(nodePort);
    return { ...port, nodePort };
  });
  return { ...spec, ports: given };
}

/** Takes off the ports of the nodes that a Service kept from a type that needed them. */
export function withoutKeptNodePorts(spec: Fields, before: Fields): Fields {
  if (needsNodePorts(spec) || !needsNodePorts(before)) return spec;
  const had = new Set(portsOf(before).map(nodePortOf));
  if (!portsOf(spec).every((port) => had.has(nodePortOf(port)))) return spec;
  return { ...spec, ports: portsOf(spec).map(({ nodePort: _nodePort, ...port }) => port) };
}

export function portsOf(spec: Fields): readonly Fields[] {
  return asList(spec['ports']).map(asFields);
}

export function nodePortOf(port: Fields): number {
  return Number(port['nodePort'] ?? 0);
}
