import { connectKubernetes } from '../kubernetes/connect-kubernetes.ts';
import type { DemoUser } from './demo-tokens.ts';

const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/**
 * Who the kubeconfig's credentials are to the cluster (SelfSubjectReview, Kubernetes 1.28), so that the presenters
 * show that user what the cluster shows it.
 */
export async function currentUser(kubeconfig: string): Promise<DemoUser> {
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/start',
  });
  try {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await connection.request({ method: 'POST', path, body });
    const info = (answer.body as { status?: { userInfo?: { username?: string; groups?: string[] } } }).status
      ?.userInfo;
    if (answer.status !== 201 || info?.username === undefined) {
      throw new Error(`Cannot ask the cluster who we are: it answered ${answer.status}, expected 201`);
    }
    return { username: info.username, groups: info.groups ?? [] };
  } finally {
    await connection.close();
  }
}
