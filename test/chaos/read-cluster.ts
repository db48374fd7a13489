import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import type { Known } from './compare.ts';
import { type ChaosKind, collectionPath } from './workload.ts';

/** What the cluster holds of the kinds in the namespaces; a kind that is not served has no objects. */
export async function readCluster(
  request: KubernetesRequest,
  scope: { readonly kinds: readonly ChaosKind[]; readonly namespaces: readonly string[] },
): Promise<Known[]> {
  const known: Known[] = [];
  for (const kind of scope.kinds) {
    for (const namespace of scope.namespaces) {
      const answer = await request({ method: 'GET', path: collectionPath(kind, namespace) });
      if (answer.status === 404) continue;
      if (answer.status !== 200)
        throw new Error(`Cannot list ${kind.resource} in ${namespace}: ${answer.status}, expected 200`);
      for (const { metadata } of (answer.body as { items: KubernetesObject[] }).items) {
        const { uid = '', resourceVersion = '', name } = metadata;
        known.push({ uid, resourceVersion, what: `${kind.resource} ${namespace}/${name}` });
      }
    }
  }
  return known;
}
