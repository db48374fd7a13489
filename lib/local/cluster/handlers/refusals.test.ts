import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiClient, apiClient } from '../../../../test/support/api-client.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../start-cluster.ts';

let cluster: DevelopmentCluster;
let client: ApiClient;
beforeAll(async () => {
  cluster = await startCluster({ tokens: conformanceTokens });
  client = apiClient(cluster.url);
});
afterAll(() => cluster.stop());

const mergePatch = { 'content-type': 'application/merge-patch+json' };

it.each(['default', 'kube-system', 'kube-public'])('the namespace %s stays', async (name) => {
  const { status, body } = await client.send('DELETE', `/api/v1/namespaces/${name}`);
  expect([status, body['message']]).toEqual([
    403,
    `namespaces "${name}" is forbidden: this namespace may not be deleted`,
  ]);
  const { status: after } = await client.send('GET', `/api/v1/namespaces/${name}`);
  expect(after).toBe(200);
});

it('only an applied configuration can be forced', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  await client.send('POST', maps, { metadata: { name: 'a' } });
  const { status, body } = await client.send('PATCH', `${maps}/a?force=true`, {}, mergePatch);
  expect([status, body['message']]).toEqual([
    422,
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ]);
});

it('a Service has ports of the nodes as long as its type needs them, and an address as long as it has no other name', async () => {
  const services = '/api/v1/namespaces/default/services';
  const specOf = async (answer: ReturnType<ApiClient['send']>) => {
    const { status, body } = await answer;
    expect([status, body['message']]).toEqual([expect.toBeOneOf([200, 201]), undefined]);
    return body['spec'] as { readonly clusterIP?: string; readonly ports: readonly { nodePort?: number }[] };
  };
  const typed = (type: string, more = {}) =>
    specOf(client.send('PATCH', `${services}/web`, { spec: { type, ...more } }, mergePatch));
  const ports = [{ name: 'http', port: 80 }];
  const made = await specOf(
    client.send('POST', services, { metadata: { name: 'web' }, spec: { type: 'NodePort', ports } }),
  );
  const port = made.ports[0]?.nodePort ?? 0;
  expect(port).toBeGreaterThanOrEqual(30_000);
  const same = await typed('LoadBalancer', { ports });
  expect(same.ports[0]?.nodePort).toBe(port);
  const inside = await typed('ClusterIP');
  expect(inside.ports[0]?.nodePort).toBeUndefined();
  expect(inside.clusterIP).toBe(made.clusterIP);
  const named = await typed('ExternalName', { externalName: 'example.com' });
  expect(named.clusterIP).toBeUndefined();
});

it('a patch has at most 10,000 operations', async () => {
  const path = '/api/v1/namespaces/default/configmaps/a';
  const operations = Array.from({ length: 10_001 }, () => ({
    op: 'test',
    path: '/kind',
    value: 'ConfigMap',
  }));
  const jsonPatch = { 'content-type': 'application/json-patch+json' };
  expect((await client.send('PATCH', path, operations.slice(1), jsonPatch)).status).toBe(200);
  const { status, body } = await client.send('PATCH', path, operations, jsonPatch);
  expect([status, body['message']]).toEqual([
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ]);
});

it.each([
  [
    { metadata: { name: 'new', uid: 'x' } },
    409,
    'Operation cannot be fulfilled on configmaps "new": uid mismatch: the provided object specified uid x, and no existing object was found',
  ],
  [
    { metadata: { name: 'new' }, data: { a: true } },
    500,
    'failed to create typed patch object (default/new; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:true}',
  ],
])('the configuration %j cannot be applied', async (configuration, code, message) => {
  const path = '/api/v1/namespaces/default/configmaps/new?fieldManager=test';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', ...configuration };
  const { status, body } = await client.send('PATCH', path, object, {
    'content-type': 'application/apply-patch+yaml',
  });
  expect([status, body['message']]).toEqual([code, message]);
});
