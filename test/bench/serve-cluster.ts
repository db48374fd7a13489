import { writeFile } from 'node:fs/promises';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { namespaceName } from './read/seed-rows.ts';

/**
 * The cluster of the benchmark, a process of its own: all namespaces, and in some of them a role binding for the
 * group `readers`. Writes a kubeconfig and prints a line once it is ready.
 */
const namespaces = Number(process.env['BENCH_NAMESPACES']);
const allowed = Number(process.env['BENCH_ALLOWED_NAMESPACES']);
const kubeconfig = process.env['BENCH_KUBECONFIG'] ?? '';

const cluster = await startCluster({ tokens: conformanceTokens });
await writeFile(kubeconfig, cluster.kubeconfig('admin'), { mode: 0o600 });
const connection = await connectKubernetes({
  environment: { KUBECONFIG: kubeconfig },
  userAgent: 'kubemirror/bench',
});
const create = async (path: string, body: object) => {
  const answer = await connection.request({ method: 'POST', path, body });
  if (answer.status !== 201) throw new Error(`Cannot create ${path}: ${JSON.stringify(answer.body)}`);
};
const rbac = '/apis/rbac.authorization.k8s.io/v1';
await create(`${rbac}/clusterroles`, {
  metadata: { name: 'reader' },
  rules: [
    {
      verbs: ['get', 'list', 'watch'],
      apiGroups: ['', 'apps', 'widgets.templates.krateo.io'],
      resources: ['pods', 'events', 'deployments', 'panels'],
    },
  ],
});
for (let number = 0; number < namespaces; number += 1) {
  const name = namespaceName(number);
  await create('/api/v1/namespaces', { metadata: { name } });
  // Spread, not the first ones.
  if ((number * allowed) % namespaces >= allowed) continue;
  await create(`${rbac}/namespaces/${name}/rolebindings`, {
    metadata: { name: 'readers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
  });
}
await connection.close();
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
