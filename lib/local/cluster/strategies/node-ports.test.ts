import { describe, expect, it } from 'vitest';
import { withNodePorts, withoutKeptNodePorts } from './node-ports.ts';

const ports = (...list: [name: string, nodePort?: number][]) =>
  list.map(([name, nodePort], index) => ({
    name,
    port: 80 + index,
    ...(nodePort === undefined ? {} : { nodePort }),
  }));

describe('withNodePorts()', () => {
  it('gives each port what is free, and leaves what was asked for', () => {
    const spec = { type: 'NodePort', ports: ports(['a'], ['b', 30_001], ['c']) };
    expect(withNodePorts(spec, {}, new Set([30_000]))['ports']).toEqual(
      ports(['a', 30_002], ['b', 30_001], ['c', 30_003]),
    );
  });

  it('gives a port what it had under its name, unless another one wants it now', () => {
    const before = { type: 'NodePort', ports: ports(['a', 30_500], ['b', 30_501]) };
    const kept = withNodePorts({ type: 'NodePort', ports: ports(['b'], ['a']) }, before, new Set());
    expect(kept['ports']).toEqual(ports(['b', 30_501], ['a', 30_500]));
    const wanted = withNodePorts({ type: 'NodePort', ports: ports(['b'], ['c', 30_501]) }, before, new Set());
    expect(wanted['ports']).toEqual(ports(['b', 30_000], ['c', 30_501]));
  });

  it('gives none where nobody reaches the Service through nodes', () => {
    for (const spec of [
      { type: 'ClusterIP', ports: ports(['a']) },
      { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: ports(['a']) },
    ])
      expect(withNodePorts(spec, {}, new Set())).toEqual(spec);
  });

  it('says so when all are taken', () => {
    const all = new Set(Array.from({ length: 2_768 }, (_, index) => 30_000 + index));
    expect(() => withNodePorts({ type: 'NodePort', ports: ports(['a']) }, {}, all)).toThrow(
      'all of 30000 to 32767 are taken',
    );
  });
});

it('withoutKeptNodePorts() takes off what another type left behind, but not what the client wrote', () => {
  const before = { type: 'NodePort', ports: ports(['a', 30_500]) };
  const left = { type: 'ClusterIP', ports: ports(['a', 30_500]) };
  expect(withoutKeptNodePorts(left, before)['ports']).toEqual(ports(['a']));
  const written = { type: 'ClusterIP', ports: ports(['a', 30_600]) };
  expect(withoutKeptNodePorts(written, before)).toEqual(written);
  expect(withoutKeptNodePorts({ ...left, type: 'NodePort' }, before)['ports']).toEqual(left.ports);
});
