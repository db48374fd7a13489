import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from '../../../lib/local/cluster/start-cluster.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { streamRights } from './stream-audiences.ts';

/** A development cluster whose RBAC gives the users of the streams their rights. */
export async function startStreamCluster(): Promise<{
  readonly kubeconfig: string;
  readonly stop: () => Promise<void>;
}> {
  const cluster = await startCluster({
    tokens: { presenter: { username: 'presenter', groups: ['system:masters', 'system:authenticated'] } },
  });
  const create = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${cluster.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer presenter', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 409) throw new Error(`Cannot create ${path}: ${text}`);
  };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  for (const [user, rights] of Object.entries(streamRights)) {
    for (const [namespace, rules] of Object.entries(rights)) {
      const everywhere = namespace === '*';
      const prefix = everywhere ? `${rbac}/cluster` : `${rbac}/namespaces/${namespace}/`;
      if (!everywhere) await create('/api/v1/namespaces', { metadata: { name: namespace } });
      await create(`${prefix}roles`, { metadata: { name: user }, rules });
      await create(`${prefix}rolebindings`, {
        metadata: { name: user },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: everywhere ? 'ClusterRole' : 'Role',
          name: user,
        },
        subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
      });
    }
  }
  const folder = temporaryFolder('streams');
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig('presenter'));
  return {
    kubeconfig,
    stop: async () => {
      await cluster.stop();
      await rm(folder, { recursive: true });
    },
  };
}
