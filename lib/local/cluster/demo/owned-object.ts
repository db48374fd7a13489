import type { KubernetesObject, OwnerReference } from '../../../core/kubernetes-object.ts';

/** The reference by which `owner` controls others. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (owner.apiVersion === undefined || owner.kind === undefined || name === undefined || uid === undefined) {
    throw new Error(`Cannot own objects: ${owner.kind} ${name} has no identity`);
  }
  const { apiVersion, kind } = owner;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
