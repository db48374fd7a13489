import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import { trackUpdate } from '../apply/track-update.ts';
import type { Definition } from '../registry/definition.ts';
import { emptyObject } from '../registry/normalize.ts';
import { schemaOf } from '../registry/schema-of.ts';
import { timestamp } from './timestamp.ts';
import type { WriteOptions } from './write-options.ts';

/** Attributes what changed between two states of an object to the manager of the write. */
export function trackManagedFields(
  definition: Definition,
  write: {
    /** The live object; undefined for a create. */
    readonly before: Readonly<KubernetesObject> | undefined;
    /** The new one; its `managedFields` are what the client asked for. */
    readonly after: KubernetesObject;
    readonly options: WriteOptions;
    readonly now: Date;
    readonly subresource: string;
  },
): KubernetesObject {
  const { before, after } = write;
  const managedFields = trackUpdate({
    before: before ?? emptyObject(definition),
    isCreate: before === undefined,
    after,
    manager: write.options.manager,
    apiVersion: apiVersionOf(definition),
    time: timestamp(write.now),
    subresource: write.subresource,
    schema: schemaOf(definition),
    ignoredFields: ignoredFields(definition, write.subresource),
  });
  return withManagedFields(after, managedFields);
}

/** Top-level fields that an endpoint does not take from clients. */
export function ignoredFields(definition: Definition, subresource: string): readonly string[] {
  if (subresource === 'status') return ['spec'];
  const hasStatus = definition.subresources.some((known) => known.name === 'status');
  return hasStatus ? ['status'] : [];
}

export function withManagedFields(
  object: KubernetesObject,
  managedFields: unknown[] | undefined,
): KubernetesObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}
