import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Definition } from '../registry/definition.ts';
import type { WriteOptions } from './write-options.ts';

/** Attributes what changed between two states of an object to the manager of the write. */
export function trackManagedFields(
  _definition: Definition,
  write: {
    readonly before: Readonly<KubernetesObject> | undefined;
    readonly after: KubernetesObject;
    readonly options: WriteOptions;
    readonly now: Date;
    readonly subresource: string;
  },
): KubernetesObject {
  const managedFields = write.before?.metadata.managedFields;
  if (managedFields === undefined) return write.after;
  return { ...write.after, metadata: { ...write.after.metadata, managedFields } };
}
