import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { itOnDouble, type TestCluster, testCluster } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { sleep } from '../runtime/sleep.ts';
import { type FollowedRbac, followRbac } from './follow-rbac.ts';

let cluster: TestCluster;
let namespace: string;
let rbac: FollowedRbac;
const stopping = new AbortController();

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.createNamespace();
  rbac = followRbac({
    request: cluster.connection.request,
    stream: cluster.connection.stream,
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
  await cluster.stop();
});

async function api(method: 'POST' | 'DELETE' | 'PUT', path: string, body?: object): Promise<void> {
  const base = '/apis/rbac.authorization.k8s.io/v1';
  const answer = await cluster.request({ method, path: `${base}${path}`, ...(body && { body }) });
  if (answer.status >= 300) throw new Error(`Cannot ${method} ${path}: ${JSON.stringify(answer.body)}`);
}

// A name of its own: bindings for the whole cluster are everybody's.
const alice = { username: `alice-${randomUUID()}`, groups: [] };
const subjects = [{ kind: 'User', name: alice.username, apiGroup: 'rbac.authorization.k8s.io' }];

it('followRbac() knows rights that are given, changed and taken away, soon and in any order of objects', async () => {
  const getPods = { verb: 'get', group: '', resource: 'pods', namespace, name: '' } as const;
  await eventually(() => expect(rbac.isCurrent()).toBe(true));
  expect(rbac.index.size().roles).toBeGreaterThan(10);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  await api('POST', `/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'reader' },
    roleRef,
    subjects,
  });
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  await api('POST', `/namespaces/${namespace}/roles`, { metadata: { name: 'reader' }, rules });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(true));
  expect(rbac.index.findWhere(alice, getPods, { kind: 'none' })).toMatchObject({ namespaces: [namespace] });
  await api('PUT', `/namespaces/${namespace}/roles/reader`, {
    metadata: { name: 'reader' },
    rules: [{ ...rules[0], resourceNames: ['web'] }],
  });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(false));
  expect(rbac.index.allows(alice, { ...getPods, name: 'web' })).toBe(true);
  await api('DELETE', `/namespaces/${namespace}/rolebindings/reader`);
  await eventually(() => expect(rbac.index.allows(alice, { ...getPods, name: 'web' })).toBe(false));
});

itOnDouble('followRbac() is not current while no watch can be opened, and finds what it missed', async () => {
  const getPods = { verb: 'get', group: '', resource: 'pods', namespace, name: '' } as const;
  const faults = cluster.double?.faults;
  await eventually(() => expect(rbac.isCurrent()).toBe(true));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  await api('POST', '/clusterrolebindings', { metadata: { name: 'viewers' }, roleRef, subjects });
  await eventually(() => expect(rbac.index.allows(alice, getPods)).toBe(true));
  faults?.dropWatches();
  faults?.refuse(503, 1_000_000);
  await eventually(() => expect(rbac.isCurrent()).toBe(false));
  faults?.clear();
  await api('DELETE', '/clusterrolebindings/viewers');
  await eventually(() => {
    expect(rbac.isCurrent()).toBe(true);
    expect(rbac.index.allows(alice, getPods)).toBe(false);
  });
});
