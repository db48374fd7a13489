import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { insertResources, type ResourceFixture } from '../../test/support/insert-resources.ts';
import { resourceScopeParameter } from '../core/scope-parameter.ts';
import { getResource } from './get-resource.ts';
import { listGroupResources } from './list-group-resources.ts';
import { listResourceNamespaces } from './list-resource-namespaces.ts';
import {
  listResources,
  type ResourceFilter,
  type ResourcePage,
  type ResourceSort,
  resourceKey,
} from './list-resources.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await insertResources(database.pool, rows);
});
afterAll(() => database.drop());

const composition = '0f9c2d1e-0000-4000-8000-000000000001';
const rows: readonly ResourceFixture[] = [
  {
    name: 'cart',
    composition_id: composition,
    labels: { app: 'cart', tier: 'web' },
    status_raw: { ready: 1 },
  },
  { name: 'checkout', labels: { app: 'checkout' }, created_at: '2026-11-20T09:00:00.000001Z' },
  { name: 'Check_out%', created_at: '2026-11-20T09:00:00.000002Z', updated_at: '2026-11-21T00:00:00Z' },
  { name: 'ledger', namespace: 'bank', composition_id: '0f9c2d1e-0000-4000-8000-000000000000' },
  { name: 'vault', namespace: 'bank', resource: 'statefulsets', kind: 'StatefulSet' },
  { name: 'node-1', api_group: '', resource: 'nodes', kind: 'Node', namespace: '' },
  { name: 'pod-1', api_group: '', resource: 'pods', kind: 'Pod' },
  { name: 'gone', deleted_at: '2026-11-20T11:00:00Z' },
  { name: 'abroad', cluster_name: 'elsewhere' },
  { name: 'big', api_group: 'big.example.com', resource: 'bigs', raw: { number: 1 } },
];

const everything: ResourceFilter = {
  groups: ['apps'],
  resources: undefined,
  version: undefined,
  cluster: undefined,
  namespace: undefined,
  name: undefined,
  nameContains: undefined,
  compositionId: undefined,
  labels: undefined,
  updatedSince: undefined,
};
const firstPage: ResourcePage = {
  sort: 'resource',
  descending: false,
  after: undefined,
  limit: 100,
  withRaw: false,
  withStatus: false,
};
const resourcesOf: Readonly<Record<string, readonly string[]>> = {
  apps: ['deployments', 'statefulsets'],
  '': ['pods', 'nodes'],
  'big.example.com': ['bigs'],
};
const allScopes = Object.entries(resourcesOf).flatMap(([group, resources]) =>
  resources.map((resource) => ({ cluster: 'here', group, resource, where: { kind: 'everywhere' as const } })),
);

async function names(
  filter: Partial<ResourceFilter>,
  options: {
    scopes?: typeof allScopes | Parameters<typeof resourceScopeParameter>[0];
    page?: Partial<ResourcePage>;
  } = {},
): Promise<string[]> {
  const scope = resourceScopeParameter(options.scopes ?? allScopes);
  const found = await listResources(
    database.pool,
    scope,
    { ...everything, ...filter },
    { ...firstPage, ...options.page },
  );
  return found.map((row) => row.name);
}

describe('listResources()', () => {
  it.each<[string, Partial<ResourceFilter>, string[]]>([
    ['live rows of the group', {}, ['ledger', 'Check_out%', 'cart', 'checkout', 'vault']],
    ['a kind', { resources: ['statefulsets'] }, ['vault']],
    ['several kinds', { resources: ['statefulsets', 'daemonsets'] }, ['vault']],
    ['the core group', { groups: [''] }, ['node-1', 'pod-1']],
    ['several groups', { groups: ['', 'big.example.com'] }, ['node-1', 'pod-1', 'big']],
    ['a namespace', { namespace: 'bank' }, ['ledger', 'vault']],
    ['cluster-scoped objects', { groups: [''], namespace: '' }, ['node-1']],
    ['an exact name', { name: 'cart' }, ['cart']],
    ['a part of a name in either case', { nameContains: 'OUT' }, ['Check_out%', 'checkout']],
    ['wildcards as themselves', { nameContains: '_out%' }, ['Check_out%']],
    ['a composition', { compositionId: composition }, ['cart']],
    ['labels', { labels: { app: 'cart' } }, ['cart']],
    ['labels that must all be there', { labels: { app: 'cart', tier: 'db' } }, []],
    ['a version', { version: 'v2' }, []],
    ['what changed', { updatedSince: '2026-11-20T23:00:00Z' }, ['Check_out%']],
    ['a cluster', { cluster: 'elsewhere' }, []],
  ])('takes %s', async (_, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it('shows nothing without a scope, and of a scope only what is in it', async () => {
    const deployments = { cluster: 'here', group: 'apps', resource: 'deployments' };
    expect(await names({}, { scopes: [] })).toEqual([]);
    const inBank = { kind: 'listed' as const, namespaces: ['bank'], objects: [], names: [] };
    expect(await names({}, { scopes: [{ ...deployments, where: inBank }] })).toEqual(['ledger']);
    const nowhere = { kind: 'listed' as const, namespaces: [], objects: [], names: [] };
    const named = { ...nowhere, objects: [{ namespace: 'shop', name: 'cart' }] };
    expect(await names({}, { scopes: [{ ...deployments, where: named }] })).toEqual(['cart']);
    const anywhere = { ...nowhere, names: ['ledger', 'cart', 'vault'] };
    expect(await names({}, { scopes: [{ ...deployments, where: anywhere }] })).toEqual(['ledger', 'cart']);
    const elsewhere = { ...deployments, cluster: 'elsewhere', where: { kind: 'everywhere' as const } };
    expect(await names({}, { scopes: [elsewhere] })).toEqual(['abroad']);
  });

  it('walks through every order in both directions, page by page, without a gap or a repeat', async () => {
    const sorts: ResourceSort[] = ['resource', 'created_at', 'updated_at', 'global_uid', 'composition_id'];
    for (const sort of sorts) {
      const walks = await Promise.all([false, true].map((descending) => walk(sort, descending)));
      expect(walks[0]?.toSorted()).toEqual(['Check_out%', 'cart', 'checkout', 'ledger', 'vault'].toSorted());
      expect(walks[1]).toEqual(walks[0]?.toReversed());
    }
    expect(await walk('created_at', false)).toEqual(['checkout', 'Check_out%', 'cart', 'ledger', 'vault']);
    expect(await walk('composition_id', false)).toEqual([
      'ledger',
      'cart',
      'Check_out%',
      'checkout',
      'vault',
    ]);
  });

  async function walk(sort: ResourceSort, descending: boolean): Promise<string[]> {
    const seen: string[] = [];
    let after: readonly (string | null)[] | undefined;
    for (;;) {
      const page = { ...firstPage, sort, descending, after, limit: 2 };
      const found = await listResources(database.pool, resourceScopeParameter(allScopes), everything, page);
      seen.push(...found.map((row) => row.name));
      const last = found.at(-1);
      if (last === undefined) return seen;
      after = resourceKey(last, sort);
    }
  }

  it('gives times to the microsecond, and JSON as stored only where it is asked for', async () => {
    const scope = resourceScopeParameter(allScopes);
    const [plain] = await listResources(database.pool, scope, { ...everything, name: 'cart' }, firstPage);
    expect(plain).toMatchObject({
      global_uid: 'here:cart-uid',
      created_at: '2026-11-20T10:00:00.000000Z',
      composition_id: composition,
      raw: null,
      status_raw: null,
    });
    const page = { ...firstPage, withRaw: true, withStatus: true };
    const [full] = await listResources(database.pool, scope, { ...everything, name: 'cart' }, page);
    expect(JSON.parse(full?.raw ?? '')).toMatchObject({ metadata: { name: 'cart' } });
    expect(JSON.parse(full?.status_raw ?? '')).toEqual({ ready: 1 });
  });
});

describe('getResource()', () => {
  it('finds a live object by cluster and uid, and no other', async () => {
    const fields = { withRaw: true, withStatus: true };
    const get = (cluster: string, uid: string) => getResource(database.pool, { cluster, uid }, fields);
    expect(await get('here', 'cart-uid')).toMatchObject({ name: 'cart', resource: 'deployments' });
    expect(await get('elsewhere', 'cart-uid')).toBeUndefined();
    expect(await get('here', 'gone-uid')).toBeUndefined();
  });
});

describe('listGroupResources() and listResourceNamespaces()', () => {
  it('name each kind with live objects once, and the namespaces that it is in', async () => {
    const kinds = (group: string, cluster = 'here') => listGroupResources(database.pool, { cluster, group });
    expect(await kinds('apps')).toEqual(['deployments', 'statefulsets']);
    expect(await kinds('apps', 'elsewhere')).toEqual(['deployments']);
    expect(await kinds('')).toEqual(['nodes', 'pods']);
    expect(await kinds('nothing')).toEqual([]);
    const namespaces = (group: string, resource: string, cluster = 'here') =>
      listResourceNamespaces(database.pool, { cluster, group, resource });
    expect(await namespaces('apps', 'deployments')).toEqual(['bank', 'shop']);
    expect(await namespaces('apps', 'deployments', 'elsewhere')).toEqual(['shop']);
    expect(await namespaces('', 'nodes')).toEqual(['']);
    expect(await namespaces('apps', 'daemonsets')).toEqual([]);
  });
});
