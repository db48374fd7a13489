import type { Definition } from '../registry/definition.ts';
import { customStrategy } from './custom-resource.ts';
import { particularStrategies } from './particular.ts';
import type { Strategy } from './strategy.ts';

/** Resources whose `metadata.generation` counts changes of their spec. */
const generations: readonly string[] = [
  'pods',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'apps/daemonsets',
  'replicationcontrollers',
  'batch/jobs',
  'batch/cronjobs',
  'policy/poddisruptionbudgets',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/networkpolicies',
  'discovery.k8s.io/endpointslices',
  'apiextensions.k8s.io/customresourcedefinitions',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
];

const createOnUpdate: readonly string[] = [
  'endpoints',
  'events',
  'limitranges',
  'podtemplates',
  'services',
  'coordination.k8s.io/leases',
  'rbac.authorization.k8s.io/roles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/clusterrolebindings',
];

const versionNeeded: readonly string[] = [
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'coordination.k8s.io/leases',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/volumeattachments',
  'policy/poddisruptionbudgets',
];

const returnDeleted: readonly string[] = [
  'pods',
  'services',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
];

const known = new Map<string, Strategy>();

/** The rules of one resource's writes: what is general to its like, and what is its own. */
export function strategyOf(definition: Definition): Strategy {
  if (definition.custom !== undefined) return customStrategy(definition, definition.custom);
  const { storage } = definition;
  const cached = known.get(storage);
  if (cached !== undefined) return cached;
  const own = particularStrategies[storage] ?? {};
  const hasStatus = definition.subresources.some((subresource) => subresource.name === 'status');
  const strategy: Strategy = {
    hasGeneration: generations.includes(storage),
    createsOnUpdate: createOnUpdate.includes(storage),
    needsVersion: versionNeeded.includes(storage),
    returnsDeleted: returnDeleted.includes(storage),
    hasStatus,
    ...own,
  };
  known.set(storage, strategy);
  return strategy;
}
