import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';

import { apiClient } from '../../../test/support/api-client.ts';
import { conformanceTokens } from './conformance-tokens.ts';
import { type DevelopmentCluster, type StartClusterOptions, startCluster } from './start-cluster.ts';
import { issueClientCertificate } from './tls/certificates.ts';

const releases: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function start(options: Partial<StartClusterOptions> = {}): Promise<DevelopmentCluster> {
  const cluster = await startCluster({ tokens: conformanceTokens, ...options });
  releases.push(cluster.stop);
  return cluster;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubemirror-cluster-'));
  releases.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const configMaps = '/api/v1/namespaces/default/configmaps';

test('a second start finds objects, definitions, tokens and the certificate authority of the first', async () => {
  const dataDir = folder();
  const first = await start({ dataDir });
  const client = apiClient(first.url);
  await client.send('POST', configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
  await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'lamps', kind: 'Lamp' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  const lamp = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'desk' } };
  expect((await client.send('POST', '/apis/example.com/v1/lamps', lamp)).status).toBe(201);
  const issued = await client.send('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {});
  const { token } = issued.body['status'] as { token: string };
  const { revision } = first.state.store;
  await first.stop();
  releases.splice(releases.indexOf(first.stop), 1);

  const second = await start({ dataDir });
  const again = apiClient(second.url);
  expect(second.state.store.revision).toBeGreaterThanOrEqual(revision);
  expect(second.certificateAuthority).toBe(first.certificateAuthority);
  expect((await again.send('GET', `${configMaps}/a`)).body['data']).toEqual({ k: 'v' });
  expect((await again.send('GET', '/apis/example.com/v1/lamps/desk')).status).toBe(200);
  const review = await apiClient(second.url, token).send(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  );
  expect(review.body['status']).toMatchObject({
    userInfo: { username: 'system:serviceaccount:default:default' },
  });
  const old = await again.send('GET', `${configMaps}?watch=true&resourceVersion=2&timeoutSeconds=1`);
  expect(old.body).toMatchObject({ type: 'ERROR', object: { code: 410 } });
});

test('a token that nobody has is refused, no token at all is anonymous', async () => {
  const cluster = await start();
  const client = apiClient(cluster.url, 'forged');
  expect((await client.send('GET', configMaps)).status).toBe(401);
  const anonymous = await client.send('GET', configMaps, undefined, { authorization: '' });
  expect([anonymous.status, anonymous.body['message']]).toEqual([
    403,
    'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
  ]);
  const health = async (path: string) =>
    (await client.send('GET', path, undefined, { authorization: '' })).text;
  expect(await health('/readyz')).toBe('ok');
  expect(await health('/readyz?verbose')).toBe('[+]ping ok\nreadyz check passed\n');
});

test('nobody grants rights that they do not have', async () => {
  const cluster = await start();
  const admin = apiClient(cluster.url);
  const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';
  const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
  await admin.send('POST', roles, {
    metadata: { name: 'editor' },
    rules: [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] },
      rule('configmaps'),
    ],
  });
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    metadata: { name: 'alice' },
    subjects: [{ kind: 'User', name: 'alice' }],
    roleRef: { kind: 'Role', name: 'editor' },
  });
  const alice = apiClient(cluster.url, 'alice-token');
  const fine = await alice.send('POST', roles, { metadata: { name: 'a' }, rules: [rule('configmaps')] });
  expect(fine.status).toBe(201);
  const refused = await alice.send('POST', roles, { metadata: { name: 'b' }, rules: [rule('secrets')] });
  expect([refused.status, refused.body['message']]).toEqual([
    403,
    'roles.rbac.authorization.k8s.io "b" is forbidden: user "alice" (groups=["team-a" "system:authenticated"]) is ' +
      'attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
  ]);
});

test('its kubeconfig is for HTTPS with its own authority, and client certificates say who it is', async () => {
  const cluster = await start({ tls: true });
  const config = parse(cluster.kubeconfig('alice')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: { name: string; user: { token: string } }[];
  };
  const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster;
  const alice = config.users.find(({ name }) => name === 'alice');
  expect([server, alice?.user.token]).toEqual([cluster.url, 'alice-token']);
  const client = issueClientCertificate(
    cluster.authority,
    { commonName: 'carol', organizations: ['system:masters'] },
    new Date(),
  );
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = httpsRequest(`${server}${configMaps}`, {
      ca: Buffer.from(authority, 'base64'),
      cert: client.certificate,
      key: client.privateKey,
      agent: false,
    });
    request.once('response', (response) => resolve(response.resume().statusCode));
    request.once('error', reject);
    request.end();
  });
  expect(status).toBe(200);
  expect(() => cluster.kubeconfig('nobody')).toThrow('user "nobody" has no token');
});

test('a start that fails says why and gives everything back', async () => {
  const dataDir = folder();
  const first = await start({ dataDir });
  await expect(start({ port: first.port })).rejects.toThrow(`on port ${first.port}: it is taken`);
  await first.stop();
  releases.splice(releases.indexOf(first.stop), 1);
  await expect(start({ dataDir, host: '256.0.0.1' })).rejects.toThrow('Cannot serve the development cluster');
  // What failed to start has given the directory back.
  await start({ dataDir });
});

test('large answers are compressed for those who take it', async () => {
  const cluster = await start();
  const client = apiClient(cluster.url);
  await client.send('POST', configMaps, { metadata: { name: 'big' }, data: { k: 'x'.repeat(200_000) } });
  const encoding = async (accepted: string) =>
    (await client.send('GET', configMaps, undefined, { 'accept-encoding': accepted })).headers.get(
      'content-encoding',
    );
  expect([await encoding('gzip'), await encoding('identity')]).toEqual(['gzip', null]);
});

test('discovery is answered with 304 to those who have it, until a definition changes it', async () => {
  const cluster = await start();
  const client = apiClient(cluster.url);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
  const first = await client.send('GET', '/apis', undefined, { accept });
  expect(first.body['apiVersion']).toBe('apidiscovery.k8s.io/v2beta1');
  const etag = first.headers.get('etag') ?? '';
  const again = await client.send('GET', '/apis', undefined, { accept, 'if-none-match': etag });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('objects that a test seeds are listed and watched like others', async () => {
  const cluster = await start({ controllers: 'api-server' });
  const pods = Array.from({ length: 20 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${String(index).padStart(2, '0')}`, namespace: 'default' },
  }));
  cluster.seed(pods);
  const page = await apiClient(cluster.url).send('GET', '/api/v1/pods?limit=5');
  expect(page.body.metadata['remainingItemCount']).toBe(15);
});
