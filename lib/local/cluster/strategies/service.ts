import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { everyObject } from '../controllers/every-object.ts';
import { asFields, asList, type Fields, fill } from '../defaults/fill.ts';
import { defaultServiceSpec } from '../defaults/services.ts';
import { parseStored } from '../store/stored-object.ts';
import { type FieldProblem, invalid, required } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

/** Services get an address of the service network, which they keep. */
export const serviceStrategy: Strategy = {
  defaults: (object) => ({ ...object, spec: defaultServiceSpec(asFields(object['spec'])) }),
  prepare: (object, before) => ({ ...object, status: before?.['status'] ?? { loadBalancer: {} } }),
  admit: (cluster, object, before) => {
    const spec = asFields(object['spec']);
    if (spec['type'] === 'ExternalName') return object;
    const kept = asFields(before?.['spec']);
    const clusterIP = spec['clusterIP'] || kept['clusterIP'] || freeAddress(cluster);
    return {
      ...object,
      spec: fill(
        { ...spec, clusterIP, clusterIPs: [clusterIP] },
        { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
      ),
    };
  },
  validate: (object, before) => problemsOf(asFields(object['spec']), asFields(before?.['spec'])),
};

function problemsOf(spec: Fields, before: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const headless = spec['clusterIP'] === 'None' || spec['type'] === 'ExternalName';
  if (!headless && asList(spec['ports']).length === 0) problems.push(required('spec.ports'));
  const address = before['clusterIP'];
  if (address !== undefined && address !== '' && spec['clusterIP'] !== address) {
    problems.push(invalid('spec.clusterIPs[0]', [spec['clusterIP']], 'may not change once set'));
  }
  return problems;
}

/** The lowest unused address of 10.96.0.0/16; the first one belongs to the API server. */
function freeAddress(cluster: ClusterState): string {
  const used = new Set(
    everyObject(cluster.store, 'services').map(
      (stored) => asFields((parseStored(stored) as KubernetesObject)['spec'])['clusterIP'],
    ),
  );
  for (let host = 1; host < 65_534; host += 1) {
    const address = `10.96.${host >> 8}.${host & 255}`;
    if (!used.has(address)) return address;
  }
  throw new Error('Cannot give a Service an address: all of 10.96.0.0/16 are taken');
}
