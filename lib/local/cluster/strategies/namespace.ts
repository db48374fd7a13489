import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { asFields } from '../defaults/fill.ts';
import { forbidden } from '../http/status-error.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored } from '../store/stored-object.ts';
import { timestamp } from '../writes/timestamp.ts';
import type { Strategy } from './strategy.ts';

const nameLabel = 'kubernetes.io/metadata.name';
/** Admission keeps them from being deleted. */
const immortal: readonly string[] = ['default', 'kube-system', 'kube-public'];

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
  /** A namespace stays, terminating, until its content is gone and nothing holds it any more. */
  remove: (cluster, definition, stored, options) => {
    const live = parseStored(stored) as KubernetesObject;
    const { name = '' } = live.metadata;
    if (immortal.includes(name)) throw forbidden(definition, name, 'this namespace may not be deleted');
    if (live.metadata.deletionTimestamp !== undefined) {
      return { kind: 'stored', code: 200, definition, stored };
    }
    const marked: KubernetesObject = {
      ...live,
      metadata: { ...live.metadata, deletionTimestamp: timestamp(cluster.now()) },
      status: { ...asFields(live['status']), phase: 'Terminating' },
    };
    if (options.dryRun) return { kind: 'object', code: 200, object: marked, definition };
    const after = cluster.store.put(definition.storage, marked, fieldsOfDefinition(definition));
    return { kind: 'stored', code: 200, definition, stored: after };
  },
};

function finalizersOf(before: KubernetesObject | undefined): readonly string[] {
  if (before === undefined) return ['kubernetes'];
  return (before['spec'] as { finalizers?: readonly string[] } | undefined)?.finalizers ?? [];
}
