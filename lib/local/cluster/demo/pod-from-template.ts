import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { controllerReference } from './owned-object.ts';
import type { PodTemplate } from './workload-objects.ts';

/** A pod as its controller creates it: named by the controller, or by the API server from `generateName`. */
export function podFromTemplate(
  owner: KubernetesObject,
  template: PodTemplate,
  identity: {
    readonly name?: string;
    readonly generateName?: string;
    readonly labels?: Record<string, string>;
    readonly spec?: Readonly<Record<string, unknown>>;
  },
): KubernetesObject {
  const { annotations } = template.metadata;
  const { name, generateName } = identity;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
      labels: { ...template.metadata.labels, ...identity.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...identity.spec },
  };
}
