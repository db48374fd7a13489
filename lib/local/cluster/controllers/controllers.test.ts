import { afterEach, beforeEach, expect, test } from 'vitest';

import { type ApiClient, apiClient, untilLines } from '../../../../test/support/api-client.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../start-cluster.ts';

let cluster: DevelopmentCluster;
let client: ApiClient;
let now = new Date();
beforeEach(async () => {
  now = new Date();
  cluster = await startCluster({
    tokens: conformanceTokens,
    now: () => now,
    settings: { maxPodGraceMs: 20, eventTtlMs: 3_600_000 },
  });
  client = apiClient(cluster.url);
});
afterEach(() => cluster.stop());

const core = '/api/v1/namespaces/default';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function uidOf(path: string): Promise<string> {
  return String((await client.send('GET', path)).body.metadata['uid']);
}

async function createOwned(name: string, owner: { name: string; uid: string }, block = false): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', ...owner, blockOwnerDeletion: block };
  await client.send('POST', `${core}/configmaps`, { metadata: { name, ownerReferences: [reference] } });
}

const isGone = (path: string) =>
  eventually(async () => expect((await client.send('GET', path)).status).toBe(404));

test('a deleted namespace takes its content along and waits for what has finalizers', async () => {
  await client.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  const maps = '/api/v1/namespaces/shop/configmaps';
  await client.send('POST', maps, { metadata: { name: 'free' } });
  await client.send('POST', maps, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  await client.send('DELETE', '/api/v1/namespaces/shop');
  await isGone(`${maps}/free`);
  expect((await client.send('GET', '/api/v1/namespaces/shop')).body['status']).toEqual({
    phase: 'Terminating',
  });
  await client.send(
    'PATCH',
    `${maps}/held`,
    { metadata: { finalizers: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await isGone('/api/v1/namespaces/shop');
});

test('dependents go with their last owner; in the foreground the owner waits for them', async () => {
  await client.send('POST', `${core}/configmaps`, { metadata: { name: 'owner' } });
  const owner = { name: 'owner', uid: await uidOf(`${core}/configmaps/owner`) };
  await createOwned('dependent', owner, true);
  const watch = await client.watch(
    `${core}/configmaps?watch=true&resourceVersion=${cluster.state.store.revision}`,
  );
  await client.send('DELETE', `${core}/configmaps/owner?propagationPolicy=Foreground`);
  await eventually(() => {
    const ends = watch.summary().filter((line) => line.startsWith('DELETED'));
    expect(ends).toEqual(['DELETED dependent', 'DELETED owner']);
  });
  watch.close();
});

test('orphaned dependents stay and forget their owner', async () => {
  await client.send('POST', `${core}/configmaps`, { metadata: { name: 'owner' } });
  await createOwned('dependent', { name: 'owner', uid: await uidOf(`${core}/configmaps/owner`) });
  await client.send('DELETE', `${core}/configmaps/owner?propagationPolicy=Orphan`);
  await isGone(`${core}/configmaps/owner`);
  const { metadata } = (await client.send('GET', `${core}/configmaps/dependent`)).body;
  expect(metadata['ownerReferences']).toBeUndefined();
});

test('a dependent of an owner that never was is collected, one of an unknown kind is not', async () => {
  await createOwned('lost', { name: 'nobody', uid: cluster.state.newUid() });
  await client.send('POST', `${core}/configmaps`, {
    metadata: {
      name: 'kept',
      ownerReferences: [{ apiVersion: 'unknown.example.com/v1', kind: 'Thing', name: 'x', uid: 'u' }],
    },
  });
  await isGone(`${core}/configmaps/lost`);
  expect((await client.send('GET', `${core}/configmaps/kept`)).status).toBe(200);
});

test('a running pod is told to end and then goes', async () => {
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'registry.example/c:1' }] };
  await client.send('POST', `${core}/pods`, { metadata: { name: 'p' }, spec });
  const told = await client.send('DELETE', `${core}/pods/p`);
  expect(told.body.metadata['deletionGracePeriodSeconds']).toBe(30);
  await isGone(`${core}/pods/p`);
});

test('events expire some time after their last change, as deletions', async () => {
  const event = (name: string) => ({
    metadata: { name },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
    reason: 'Started',
    type: 'Normal',
  });
  await client.send('POST', `${core}/events`, event('old'));
  await client.send('POST', `${core}/events`, event('touched'));
  const watch = await client.watch(
    `${core}/events?watch=true&resourceVersion=${cluster.state.store.revision}`,
  );
  now = new Date(now.getTime() + 3_000_000);
  await client.send(
    'PATCH',
    `${core}/events/touched`,
    { count: 2 },
    { 'content-type': 'application/merge-patch+json' },
  );
  now = new Date(now.getTime() + 1_000_000);
  await untilLines(watch, 2);
  expect(watch.summary()).toEqual(['MODIFIED touched', 'DELETED old']);
  watch.close();
});

test('every namespace has its default ServiceAccount, also after somebody deleted it', async () => {
  await client.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
  const path = '/api/v1/namespaces/shop/serviceaccounts/default';
  await eventually(async () => expect((await client.send('GET', path)).status).toBe(200));
  const uid = await uidOf(path);
  await client.send('DELETE', path);
  await eventually(async () => {
    const answer = await client.send('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.body.metadata['uid']).not.toBe(uid);
  });
});

test('aggregated ClusterRoles follow the labels of others', async () => {
  await client.send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'lamps', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ apiGroups: ['example.com'], resources: ['lamps'], verbs: ['get'] }],
  });
  await eventually(async () => {
    const { body } = await client.send('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/view');
    expect(JSON.stringify(body['rules'])).toContain('"lamps"');
  });
});

function lampDefinition(scope: string, schema: object = { type: 'object' }) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com' },
    spec: {
      group: 'example.com',
      scope,
      names: { plural: 'lamps', kind: 'Lamp' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

test('a changed definition ends the watches of its instances', async () => {
  await client.send('POST', crds, lampDefinition('Cluster'));
  const watch = await client.watch('/apis/example.com/v1/lamps?watch=true');
  await client.send(
    'PATCH',
    `${crds}/lamps.example.com`,
    { spec: { names: { shortNames: ['lp'] } } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await eventually(() => expect(watch.state()).toBe('ended'));
});

test('a deleted definition takes its instances along, each as a deletion, and is then unknown', async () => {
  await client.send('POST', crds, lampDefinition('Cluster'));
  const lamp = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'desk' } };
  await client.send('POST', '/apis/example.com/v1/lamps', lamp);
  const watch = await client.watch('/apis/example.com/v1/lamps?watch=true');
  await client.send('DELETE', `${crds}/lamps.example.com`);
  await eventually(() => expect(watch.state()).toBe('ended'));
  expect(watch.summary()).toEqual(['ADDED desk', 'DELETED desk']);
  expect((await client.send('GET', '/apis/example.com/v1/lamps')).text).toBe('404 page not found\n');
  await isGone(`${crds}/lamps.example.com`);
});

test('a definition whose kind is taken waits until the other one is gone', async () => {
  const first = lampDefinition('Cluster');
  const second = {
    ...first,
    metadata: { name: 'lanterns.example.com' },
    spec: { ...first.spec, names: { plural: 'lanterns', kind: 'Lamp' } },
  };
  await client.send('POST', crds, first);
  await client.send('POST', crds, second);
  const path = `${crds}/lanterns.example.com`;
  type Condition = { type: string; status: string; reason: string };
  const reasons = async () =>
    ((await client.send('GET', path)).body['status'] as { conditions: Condition[] }).conditions.map(
      ({ status, reason }) => `${status} ${reason}`,
    );
  await eventually(async () =>
    expect(await reasons()).toEqual(['False ListKindConflict', 'False NotAccepted']),
  );
  expect((await client.send('GET', '/apis/example.com/v1/lanterns')).status).toBe(404);
  await client.send('DELETE', `${crds}/lamps.example.com`);
  await eventually(async () =>
    expect(await reasons()).toEqual(['True NoConflicts', 'True InitialNamesAccepted']),
  );
  expect((await client.send('GET', '/apis/example.com/v1/lanterns')).status).toBe(200);
});

test('what a definition hangs on cannot be changed', async () => {
  await client.send('POST', crds, lampDefinition('Cluster'));
  const patched = await client.send(
    'PATCH',
    `${crds}/lamps.example.com`,
    { spec: { scope: 'Namespaced' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect([patched.status, patched.body['message']]).toEqual([
    422,
    'CustomResourceDefinition.apiextensions.k8s.io "lamps.example.com" is invalid: spec.scope: Invalid value: "Namespaced": field is immutable',
  ]);
});

test('claims are held by a finalizer of the server and let go at once', async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const path = `${core}/persistentvolumeclaims`;
  const created = await client.send('POST', path, { metadata: { name: 'c' }, spec });
  expect(created.body.metadata['finalizers']).toEqual(['kubernetes.io/pvc-protection']);
  await client.send('DELETE', `${path}/c`);
  await isGone(`${path}/c`);
});
