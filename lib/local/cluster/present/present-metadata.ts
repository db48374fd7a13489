import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Negotiated } from '../http/negotiate.ts';

/** `as=PartialObjectMetadata`: the metadata alone, under a kind of its own. */
export function presentMetadata(
  object: Readonly<KubernetesObject>,
  metaVersion: Negotiated['metaVersion'],
): Readonly<Record<string, unknown>> {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: object.metadata,
  };
}
