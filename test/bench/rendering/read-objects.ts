import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import { connectKubernetes } from '../../../lib/kubernetes/connect-kubernetes.ts';
import { renderedOf } from '../../chaos/renderer/cluster-chaos-target.ts';
import type { Rendered } from '../../chaos/renderer/compare-rendering.ts';

const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';

/** All custom resources of the cluster that was rendered to. */
export async function readObjects(kubeconfig: string): Promise<Rendered[]> {
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/bench',
  });
  try {
    const answer = await connection.request({ method: 'GET', path: collection, timeoutMs: 60_000 });
    return (answer.body as { items: KubernetesObject[] }).items.map(renderedOf);
  } finally {
    await connection.close();
  }
}
