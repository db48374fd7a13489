import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type DevelopmentCluster, startCluster } from '../local/cluster/start-cluster.ts';
import { sleep } from '../runtime/sleep.ts';
import { connectKubernetes, type KubernetesConnection } from './connect-kubernetes.ts';
import { type FollowedRbac, followRbac } from './follow-rbac.ts';

let folder: string;
let cluster: DevelopmentCluster;
let connection: KubernetesConnection;
let rbac: FollowedRbac;
const stopping = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubemirror-rbac-'));
  cluster = await startCluster({
    tokens: { 'admin-token': { username: 'admin', groups: ['system:masters', 'system:authenticated'] } },
  });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig('admin'));
  connection = await connectKubernetes({ environment: { KUBECONFIG: kubeconfig }, userAgent: 'test' });
  rbac = followRbac({
    request: connection.request,
    stream: connection.stream,
    signal: stopping.signal,
    nowMs: Date.now,
    random: Math.random,
    sleep,
    observe: () => {},
  });
});
afterAll(async () => {
  stopping.abort(new Error('stopping'));
  await rbac.ended;
  await connection.close();
  await cluster.stop();
  await rm(folder, { recursive: true });
});

async function api(method: 'POST' | 'DELETE' | 'PUT', path: string, body?: object): Promise<void> {
  const base = '/apis/rbac.authorization.k8s.io/v1';
  const answer = await connection.request({ method, path: `${base}${path}`, ...(body && { body }) });
  if (answer.status >= 300) throw new Error(`Cannot ${method} ${path}: ${JSON.stringify(answer.body)}`);
}

const alice = { username: 'alice', groups: [] };
const getPods = { verb: 'get', group: '', resource: 'pods', namespace: 'default', name: '' } as const;
const subjects = [{ kind: 'User', name: 'alice', apiGroup: 'rbac.authorization.k8s.io' }];

it('followRbac() knows rights that are given, changed and taken away, soon and in any order of objects', async () => {
  await eventually(() => expect(rbac.isCurrent()).toBe(true));
  expect(rbac.index.size().roles).toBeGreaterThan(10);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  await api('POST', '/namespaces/default/rolebindings', { metadata: { name: 'reader' }, roleRef, subjects });
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  await api('POST', '/namespaces/default/roles', { metadata: { name: 'reader' }, rules });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(true));
  expect(rbac.index.findWhere(alice, getPods, { kind: 'none' })).toMatchObject({ namespaces: ['default'] });
  await api('PUT', '/namespaces/default/roles/reader', {
    metadata: { name: 'reader' },
    rules: [{ ...rules[0], resourceNames: ['web'] }],
  });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(false));
  expect(rbac.index.allows(alice, { ...getPods, name: 'web' })).toBe(true);
  await api('DELETE', '/namespaces/default/rolebindings/reader');
  await eventually(() => expect(rbac.index.allows(alice, { ...getPods, name: 'web' })).toBe(false));
});

it('followRbac() is not current while no watch can be opened, and finds what it missed', async () => {
  await eventually(() => expect(rbac.isCurrent()).toBe(true));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  await api('POST', '/clusterrolebindings', { metadata: { name: 'viewers' }, roleRef, subjects });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(true));
  cluster.faults.dropWatches();
  cluster.faults.refuse(503, 1_000_000);
  await eventually(() => expect(rbac.isCurrent()).toBe(false));
  cluster.faults.clear();
  await api('DELETE', '/clusterrolebindings/viewers');
  await eventually(() => {
    expect(rbac.isCurrent()).toBe(true);
    expect(rbac.index.allows(alice, getPods)).toBe(false);
  });
});
