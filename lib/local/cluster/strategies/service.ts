import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { everyObject } from '../controllers/every-object.ts';
import { asFields, type Fields, fill } from '../defaults/fill.ts';
import { defaultServiceSpec } from '../defaults/services.ts';
import { parseStored } from '../store/stored-object.ts';
import { serviceSpecProblems } from '../validation/service-spec.ts';
import { nodePortOf, portsOf, withNodePorts, withoutKeptNodePorts } from './node-ports.ts';
import type { Strategy } from './strategy.ts';

/** Services get an address of the service network and, where their type needs them, ports of the nodes; they keep both. */
export const serviceStrategy: Strategy = {
  defaults: (object) => ({ ...object, spec: defaultServiceSpec(asFields(object['spec'])) }),
  prepare: (object, before) => ({
    ...object,
    ...(before === undefined
      ? {}
      : { spec: withoutKept(asFields(object['spec']), asFields(before['spec'])) }),
    status: before?.['status'] ?? { loadBalancer: {} },
  }),
  admit: (cluster, object, before) => {
    const spec = asFields(object['spec']);
    if (spec['type'] === 'ExternalName') return object;
    const kept = asFields(before?.['spec']);
    const others = specsOf(cluster, object.metadata.uid);
    const clusterIP = spec['clusterIP'] || kept['clusterIP'] || freeAddress(others);
    const reachable = withNodePorts(spec, kept, new Set(others.flatMap(portsOf).map(nodePortOf)));
    return {
      ...object,
      spec: fill(
        { ...reachable, clusterIP, clusterIPs: [clusterIP] },
        { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
      ),
    };
  },
  validate: (object, before) => serviceSpecProblems(asFields(object['spec']), asFields(before?.['spec'])),
};

/** What another type of Service left behind, and the client did not touch. */
function withoutKept(spec: Fields, before: Fields): Fields {
  const without = withoutKeptNodePorts(spec, before);
  const isNamed = without['type'] === 'ExternalName' && before['type'] !== 'ExternalName';
  if (!isNamed || without['clusterIP'] !== before['clusterIP']) return without;
  const {
    clusterIP: _one,
    clusterIPs: _all,
    ipFamilies: _families,
    ipFamilyPolicy: _policy,
    ...rest
  } = without;
  return rest;
}

/** Specs of all other Services. */
function specsOf(cluster: ClusterState, uid: string | undefined): readonly Fields[] {
  return everyObject(cluster.store, 'services')
    .map((stored) => parseStored(stored) as KubernetesObject)
    .filter((service) => service.metadata.uid !== uid)
    .map((service) => asFields(service['spec']));
}

/** The lowest unused address of 10.96.0.0/16; the first one belongs to the API server. */
function freeAddress(others: readonly Fields[]): string {
  const used = new Set(others.map((spec) => spec['clusterIP']));
  for (let host = 1; host < 65_534; host += 1) {
    const address = `10.96.${host >> 8}.${host & 255}`;
    if (!used.has(address)) return address;
  }
  throw new Error('Cannot give a Service an address: all of 10.96.0.0/16 are taken');
}
