import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCluster, testCluster } from '../support/cluster.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { insertResources } from '../support/insert-resources.ts';
import { type FunctionProcess, startFunction } from '../support/start-function.ts';

/** Longest time until a right that was given or taken counts. */
const rightsWithinMs = 5_000;

let cluster: TestCluster;
let database: TestDatabase;
let namespaces: readonly [string, string];

beforeAll(async () => {
  [cluster, database] = await Promise.all([testCluster(), testDatabase()]);
  namespaces = [await cluster.createNamespace(), await cluster.createNamespace()];
  await insertResources(
    database.pool,
    namespaces.map((namespace) => ({ name: `cart-${namespace}`, namespace })),
  );
});
afterAll(async () => {
  await cluster.stop();
  await database.drop();
});

/** A role for one user in one namespace; with the path of its binding, to take it away. */
async function grant(namespace: string, username: string, rules: readonly object[]): Promise<string> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: username }];
  const metadata = { name: 'reader' };
  for (const [path, body] of [
    ['roles', { metadata, rules }],
    ['rolebindings', { metadata, roleRef, subjects }],
  ] as const) {
    const answer = await cluster.request({ method: 'POST', path: `${rbac}/${path}`, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  }
  return `${rbac}/rolebindings/reader`;
}

const readDeployments = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] };

describe.each([
  ['watching its roles and bindings', { ACCESS_MODE: 'evaluate' }],
  ['by its reviews only', { ACCESS_MODE: 'review' }],
])('a presenter asks the cluster %s', (_, environment) => {
  let presenter: FunctionProcess;

  beforeAll(async () => {
    presenter = await startFunction('resources-presenter', {
      DATABASE_URL: database.url,
      KUBECONFIG: cluster.kubeconfigFile,
      CLUSTER_NAME: 'here',
      JWT_SIGN_KEY: 'nobody signs with this one',
      ACCESS_CACHE_TTL: '500ms',
      ...environment,
    });
  });
  afterAll(() => presenter.kill());

  async function visibleTo(token: string): Promise<unknown[]> {
    const answer = await fetch(`${presenter.url}/resources?group=apps&resource=deployments&namespace=*`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name);
  }

  it('who a token is, what its owner may see, and whether that still holds', async () => {
    const [namespace] = namespaces;
    const name = `by-${environment.ACCESS_MODE}`;
    const { token, username } = await cluster.createUser(namespace, name);
    expect(await visibleTo(token)).toEqual([]);
    const binding = await grant(namespace, username, [readDeployments]);
    await eventually(
      async () => expect(await visibleTo(token)).toEqual([`cart-${namespace}`]),
      rightsWithinMs,
    );
    for (const path of [binding, binding.replace('rolebindings', 'roles')]) {
      expect((await cluster.request({ method: 'DELETE', path })).status).toBe(200);
    }
    await eventually(async () => expect(await visibleTo(token)).toEqual([]), rightsWithinMs);
  });

  it('and lets nobody in whose token the cluster does not know', async () => {
    const answer = await fetch(`${presenter.url}/resources?group=apps&resource=deployments&namespace=*`, {
      headers: { authorization: 'Bearer forged' },
    });
    expect(answer.status).toBe(401);
  });
});
