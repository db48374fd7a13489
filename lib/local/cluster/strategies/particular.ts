import { asFields, type Fields, fill } from '../defaults/fill.ts';
import {
  defaultAutoscalerSpec,
  defaultEndpointPorts,
  defaultNetworkPolicySpec,
  defaultSlicePorts,
} from '../defaults/services.ts';
import { autoscalerProblems } from '../validation/autoscaler.ts';
import { disruptionBudgetProblems } from '../validation/disruption-budget.ts';
import type { FieldProblem } from '../validation/field-problem.ts';
import { ingressProblems } from '../validation/ingress.ts';
import { leaseProblems } from '../validation/lease.ts';
import { networkPolicyProblems } from '../validation/network-policy.ts';
import { quotaProblems } from '../validation/quota.ts';
import { crdStrategy } from './crd.ts';
import { eventStrategy } from './event.ts';
import { cronJobStrategy, jobStrategy } from './job.ts';
import { namespaceStrategy } from './namespace.ts';
import { nodeStrategy } from './node.ts';
import { podStrategy } from './pod.ts';
import { bindingStrategy, roleStrategy } from './rbac.ts';
import { configMapStrategy, secretStrategy } from './secret.ts';
import { serviceStrategy } from './service.ts';
import { claimStrategy, storageClassStrategy, volumeStrategy } from './storage.ts';
import type { Strategy } from './strategy.ts';
import { workloadStrategy } from './workload.ts';

const rbac = 'rbac.authorization.k8s.io';

/** What is particular about the writes of single resources, by storage. */
export const particularStrategies: Readonly<Record<string, Strategy>> = {
  namespaces: namespaceStrategy,
  pods: podStrategy,
  services: serviceStrategy,
  secrets: secretStrategy,
  configmaps: configMapStrategy,
  events: eventStrategy,
  nodes: nodeStrategy,
  endpoints: { defaults: (object) => defaultEndpointPorts(object) as typeof object },
  persistentvolumeclaims: claimStrategy,
  persistentvolumes: volumeStrategy,
  'storage.k8s.io/storageclasses': storageClassStrategy,
  'apps/deployments': workloadStrategy('apps/deployments'),
  'apps/replicasets': workloadStrategy('apps/replicasets'),
  'apps/statefulsets': workloadStrategy('apps/statefulsets'),
  'apps/daemonsets': workloadStrategy('apps/daemonsets'),
  replicationcontrollers: { ...workloadStrategy('replicationcontrollers'), defaultPropagation: 'Orphan' },
  'batch/jobs': jobStrategy,
  'batch/cronjobs': cronJobStrategy,
  'autoscaling/horizontalpodautoscalers': ofSpec(autoscalerProblems, defaultAutoscalerSpec),
  'coordination.k8s.io/leases': ofSpec(leaseProblems),
  'networking.k8s.io/ingresses': ofSpec(ingressProblems),
  'networking.k8s.io/networkpolicies': ofSpec(networkPolicyProblems, defaultNetworkPolicySpec),
  'policy/poddisruptionbudgets': ofSpec(disruptionBudgetProblems),
  resourcequotas: ofSpec(quotaProblems),
  'discovery.k8s.io/endpointslices': { defaults: (object) => defaultSlicePorts(object) as typeof object },
  'scheduling.k8s.io/priorityclasses': {
    defaults: (object) => fill(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  },
  [`${rbac}/roles`]: roleStrategy(true),
  [`${rbac}/clusterroles`]: roleStrategy(false),
  [`${rbac}/rolebindings`]: bindingStrategy(true),
  [`${rbac}/clusterrolebindings`]: bindingStrategy(false),
  'apiextensions.k8s.io/customresourcedefinitions': crdStrategy,
};

function ofSpec(
  problems: (spec: Fields) => readonly FieldProblem[],
  defaults?: (spec: Fields) => Fields,
): Strategy {
  return {
    ...(defaults === undefined
      ? {}
      : { defaults: (object) => ({ ...object, spec: defaults(asFields(object['spec'])) }) }),
    validate: (object) => problems(asFields(object['spec'])),
  };
}
