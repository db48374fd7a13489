import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { insertHistory } from '../../test/support/insert-history.ts';
import { insertResources, type ResourceFixture } from '../../test/support/insert-resources.ts';
import { parseLabelSelector } from '../core/label-selector.ts';
import { resourceScopeParameter } from '../core/scope-parameter.ts';
import { countResources } from './count-resources.ts';
import { getResource } from './get-resource.ts';
import { listGroupResources } from './list-group-resources.ts';
import { listResourceNamespaces } from './list-resource-namespaces.ts';
import { listResources, type ResourcePage } from './list-resources.ts';
import type { ResourceFilter } from './resource-filter.ts';
import { type ResourceSort, resourceKey } from './resource-order.ts';
import { summarizeResources } from './summarize-resources.ts';

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
  kinds: undefined,
  version: undefined,
  cluster: undefined,
  namespace: undefined,
  name: undefined,
  nameContains: undefined,
  compositionId: undefined,
  labels: undefined,
  labelRequirements: undefined,
  updatedSince: undefined,
  deleted: 'live',
  at: undefined,
};
const firstPage: ResourcePage = {
  sort: 'resource',
  descending: false,
  after: undefined,
  limit: 100,
  withRaw: false,
  withStatus: false,
  paths: undefined,
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
    ['kinds', { kinds: ['StatefulSet', 'X'] }, ['vault']],
    ['deleted objects', { deleted: 'deleted' }, ['gone']],
    [
      'live and deleted objects',
      { deleted: 'all', namespace: 'shop' },
      ['Check_out%', 'cart', 'checkout', 'gone'],
    ],
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

describe('label selectors', () => {
  const selected = async (text: string): Promise<string[]> => {
    const selector = parseLabelSelector(text);
    if (selector.kind === 'invalid') throw new Error(selector.message);
    return names(
      { groups: ['labelled'], labelRequirements: selector.requirements },
      { scopes: labelledScope },
    );
  };
  const labelledScope = [
    { cluster: 'here', group: 'labelled', resource: 'things', where: { kind: 'everywhere' as const } },
  ];
  const labelled: Readonly<Record<string, Record<string, string>>> = {
    a: {},
    b: { app: 'web', 'example.com/size': '10' },
    c: { app: 'web', tier: '' },
    d: { app: 'db', 'example.com/size': '-3' },
    e: { app: 'x', 'example.com/size': '9223372036854775808' },
    f: { 'example.com/size': 'big' },
  };
  beforeAll(async () => {
    const group = { api_group: 'labelled', resource: 'things', kind: 'Thing' };
    await insertResources(
      database.pool,
      Object.entries(labelled).map(([name, labels]) => ({ name, labels, ...group })),
    );
  });

  it.each([
    'app',
    '!app',
    'app=web',
    'app!=web',
    'app in (web,db)',
    'app notin (web,db)',
    'app=web,app=db',
    'app=web,!tier',
    'tier=',
    'example.com/size>9',
    'example.com/size<0',
    'example.com/size>2,app',
    '',
  ])('take by %j what the API server takes', async (text) => {
    const selector = parseLabelSelector(text);
    if (selector.kind === 'invalid') throw new Error(selector.message);
    const expected = Object.entries(labelled).filter(([, labels]) => selector.matches(labels));
    expect(await selected(text)).toEqual(expected.map(([name]) => name));
  });
});

describe('labels that many objects of a kind have, and few', () => {
  const group = 'crowd';
  // More than the first objects of a kind that are looked at for labels.
  const number = 1_300;
  const nameOf = (index: number) => `o-${String(index).padStart(4, '0')}`;
  beforeAll(async () => {
    const common = { api_group: group, resource: 'things', kind: 'Thing' };
    await insertResources(
      database.pool,
      Array.from({ length: number }, (_, index) => ({
        name: nameOf(index),
        namespace: index % 2 === 0 ? 'even' : 'odd',
        labels: { parity: String(index % 2), ...(index % 600 === 599 ? { rare: 'yes' } : {}) },
        ...common,
      })),
    );
    await insertResources(database.pool, [
      { ...common, name: 'same-label', resource: 'others', labels: { rare: 'yes' } },
    ]);
  });
  const everywhere = { kind: 'everywhere' } as const;
  const odd = { kind: 'listed', namespaces: ['odd'], objects: [], names: [] } as const;
  const single = [
    {
      kind: 'listed',
      namespaces: [],
      objects: [{ namespace: 'odd', name: nameOf(599) }],
      names: [],
    } as const,
    { kind: 'listed', namespaces: ['even'], objects: [], names: [nameOf(1199)] } as const,
  ];

  it.each([
    ['few have', { rare: 'yes' }, everywhere, [599, 1199]],
    ['few have, in one namespace', { rare: 'yes' }, odd, [599, 1199]],
    ['few have, of one object', { rare: 'yes' }, single[0], [599]],
    ['few have, of a name and a namespace', { rare: 'yes' }, single[1], [1199]],
    ['nobody has', { rare: 'no' }, everywhere, []],
    [
      'many have',
      { parity: '1' },
      everywhere,
      Array.from({ length: number / 2 }, (_, index) => 2 * index + 1),
    ],
    ['many have, where they are not', { parity: '0' }, odd, []],
  ])('are found page by page in either order: %s', async (_name, labels, where, expected) => {
    const scopes = [{ cluster: 'here', group, resource: 'things', where: where ?? everywhere }];
    const filter = { groups: [group], resources: ['things'], cluster: 'here', labels };
    for (const descending of [false, true]) {
      const found: string[] = [];
      for (let after: ResourcePage['after']; ; ) {
        const rows = await listResources(
          database.pool,
          resourceScopeParameter(scopes),
          { ...everything, ...filter },
          { ...firstPage, descending, after, limit: 150 },
        );
        found.push(...rows.map((row) => row.name));
        const last = rows.at(-1);
        if (last === undefined || rows.length < 150) break;
        after = resourceKey(last, 'resource');
      }
      const inOrder = [...expected].sort((a, b) => (a % 2) - (b % 2) || a - b).map(nameOf);
      expect(found).toEqual(descending ? inOrder.toReversed() : inOrder);
    }
  });

  it('are found in several kinds, each by itself', async () => {
    const scopes = ['things', 'others'].map((resource) => ({
      cluster: 'here',
      group,
      resource,
      where: everywhere,
    }));
    const filter = { groups: [group], labels: { rare: 'yes' } };
    expect(await names(filter, { scopes })).toEqual(['same-label', nameOf(599), nameOf(1199)]);
    expect(await names({ ...filter, resources: ['others'] }, { scopes })).toEqual(['same-label']);
  });
});

describe('chosen paths', () => {
  it('give the JSON at each, and null where there is none', async () => {
    const paths = [
      ['metadata', 'name'],
      ['metadata', 'labels'],
      ['spec', 'replicas'],
    ];
    const scope = resourceScopeParameter(allScopes);
    const [row] = await listResources(
      database.pool,
      scope,
      { ...everything, name: 'cart' },
      { ...firstPage, paths },
    );
    expect(row?.parts?.[0]).toBe('"cart"');
    expect(JSON.parse(row?.parts?.[1] ?? '')).toEqual({ app: 'cart', tier: 'web' });
    expect(row?.parts?.[2]).toBeNull();
  });
});

describe('countResources() and summarizeResources()', () => {
  it('count inside the scope, and no further than they are told', async () => {
    const scope = resourceScopeParameter(allScopes);
    expect(await countResources(database.pool, scope, everything, 100)).toBe(5);
    expect(await countResources(database.pool, scope, everything, 3)).toBe(3);
    expect(await countResources(database.pool, resourceScopeParameter([]), everything, 100)).toBe(0);
  });

  it('tell how many there are of each, most first', async () => {
    const by = async (key: 'kind' | 'namespace' | 'status' | 'composition') =>
      (
        await summarizeResources(database.pool, resourceScopeParameter(allScopes), everything, {
          by: key,
          max: 100,
        })
      ).map(({ kind, value, count }) => [kind ?? value, count]);
    expect(await by('kind')).toEqual([
      ['Deployment', 4],
      ['StatefulSet', 1],
    ]);
    expect(await by('namespace')).toEqual([
      ['shop', 3],
      ['bank', 2],
    ]);
    expect(await by('composition')).toEqual([
      [null, 3],
      ['0f9c2d1e-0000-4000-8000-000000000000', 1],
      [composition, 1],
    ]);
  });

  it('take the phase for a status, else what the most telling condition says', async () => {
    const statuses = [
      { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] },
      {
        conditions: [
          { type: 'Available', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
      },
      { conditions: [{ type: 'Progressing', status: 'True' }] },
      { conditions: 'none' },
      null,
    ];
    const group = { api_group: 'stated', resource: 'things', kind: 'Thing' };
    await insertResources(
      database.pool,
      statuses.map((status, index) => ({ name: `s${index}`, status_raw: status, ...group })),
    );
    const scope = resourceScopeParameter([
      { cluster: 'here', group: 'stated', resource: 'things', where: { kind: 'everywhere' } },
    ]);
    const filter = { ...everything, groups: ['stated'] };
    const rows = await summarizeResources(database.pool, scope, filter, { by: 'status', max: 100 });
    expect(rows.map(({ value, count }) => [value, count])).toEqual([
      ['Unknown', 3],
      ['NotReady', 1],
      ['Running', 1],
    ]);
  });
});

describe('the past', () => {
  const at = (time: string) => ({ groups: ['past'], at: time });
  const scope = [
    { cluster: 'here', group: 'past', resource: 'things', where: { kind: 'everywhere' as const } },
  ];
  beforeAll(async () => {
    const thing = { api_group: 'past', resource: 'things', kind: 'Thing' };
    await insertResources(database.pool, [
      { name: 'unchanged', updated_at: '2026-11-20T10:00:00Z', ...thing },
      { name: 'changed', updated_at: '2026-11-20T13:00:00Z', labels: { step: '2' }, ...thing },
      { name: 'deleted', updated_at: '2026-11-20T13:00:00Z', deleted_at: '2026-11-20T13:00:00Z', ...thing },
      { name: 'new', updated_at: '2026-11-20T13:00:00Z', ...thing },
    ]);
    await insertHistory(database.pool, [
      {
        name: 'changed',
        recorded_at: '2026-11-20T11:00:00Z',
        raw: { metadata: { labels: { step: '1' } } },
        ...thing,
      },
      {
        name: 'changed',
        recorded_at: '2026-11-20T13:00:00Z',
        raw: { metadata: { labels: { step: '2' } } },
        ...thing,
      },
      { name: 'deleted', recorded_at: '2026-11-20T11:00:00Z', ...thing },
      { name: 'deleted', recorded_at: '2026-11-20T13:00:00Z', operation: 'deleted', ...thing },
      { name: 'new', recorded_at: '2026-11-20T13:00:00Z', ...thing },
    ]);
  });

  it('is what was stored at a time', async () => {
    expect(await names(at('2026-11-20T09:00:00Z'), { scopes: scope })).toEqual([]);
    expect(await names(at('2026-11-20T10:30:00Z'), { scopes: scope })).toEqual(['unchanged']);
    expect(await names(at('2026-11-20T12:00:00Z'), { scopes: scope })).toEqual([
      'changed',
      'deleted',
      'unchanged',
    ]);
    expect(await names(at('2026-11-20T14:00:00Z'), { scopes: scope })).toEqual([
      'changed',
      'new',
      'unchanged',
    ]);
    const step = (time: string) => names({ ...at(time), labels: { step: '1' } }, { scopes: scope });
    expect(await step('2026-11-20T12:00:00Z')).toEqual(['changed']);
    expect(await step('2026-11-20T14:00:00Z')).toEqual([]);
  });

  it('is only for who has the right', async () => {
    expect(await names(at('2026-11-20T12:00:00Z'), { scopes: [] })).toEqual([]);
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
    const kinds = (group: string, cluster = 'here') =>
      listGroupResources(database.pool, { cluster, group, withDeleted: false });
    expect(await kinds('apps')).toEqual(['deployments', 'statefulsets']);
    expect(await kinds('apps', 'elsewhere')).toEqual(['deployments']);
    expect(await kinds('')).toEqual(['nodes', 'pods']);
    expect(await kinds('nothing')).toEqual([]);
    const namespaces = (group: string, resource: string, cluster = 'here') =>
      listResourceNamespaces(database.pool, { cluster, group, resource, withDeleted: false });
    expect(await namespaces('apps', 'deployments')).toEqual(['bank', 'shop']);
    expect(await namespaces('apps', 'deployments', 'elsewhere')).toEqual(['shop']);
    expect(await namespaces('', 'nodes')).toEqual(['']);
    expect(await namespaces('apps', 'daemonsets')).toEqual([]);
  });
});
