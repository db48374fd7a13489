import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Strategy } from './strategy.ts';

const nameLabel = 'kubernetes.io/metadata.name';

/** Namespaces carry their name as a label, the `kubernetes` finalizer in their spec, and a phase. */
export const namespaceStrategy: Strategy = {
  defaults: (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, [nameLabel]: object.metadata.name ?? '' },
    },
  }),
  prepare: (object, before) => ({
    ...object,
    spec: { ...(object['spec'] as object | undefined), finalizers: finalizersOf(before) },
    status: before?.['status'] ?? { phase: 'Active' },
  }),
};

function finalizersOf(before: KubernetesObject | undefined): readonly string[] {
  if (before === undefined) return ['kubernetes'];
  return (before['spec'] as { finalizers?: readonly string[] } | undefined)?.finalizers ?? [];
}
