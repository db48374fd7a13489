import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { insertEvents } from '../../test/support/insert-events.ts';
import { insertHistory } from '../../test/support/insert-history.ts';
import { insertResources } from '../../test/support/insert-resources.ts';
import { getDefinition } from './get-definition.ts';
import { listKinds } from './list-kinds.ts';
import { type KubeEventFilter, type KubeEventKey, listKubeEvents } from './list-kube-events.ts';
import { streamVersions } from './stream-versions.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe('listKinds()', () => {
  it('names what a cluster has or had, once each, as its objects are called', async () => {
    const crd = {
      api_group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
    };
    await insertResources(database.pool, [
      { name: 'a' },
      { name: 'b', namespace: 'bank' },
      { name: 'node', namespace: '', api_group: '', resource: 'nodes', kind: 'Node' },
      { name: 'gone', resource: 'jobs', api_group: 'batch', kind: 'Job', deleted_at: '2026-11-20T10:00:00Z' },
      { name: 'gone-too', deleted_at: '2026-11-20T10:00:00Z' },
      { name: 'far', resource: 'pods', api_group: '', kind: 'Pod', cluster_name: 'elsewhere' },
      { name: 'panels.krateo.io', namespace: '', ...crd, raw: { spec: { group: 'krateo.io' } } },
    ]);
    const kinds = await listKinds(database.pool, 'here');
    expect(kinds.map(({ group, resource, kind, namespaced }) => [group, resource, kind, namespaced])).toEqual(
      [
        ['', 'nodes', 'Node', false],
        ['apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', false],
        ['apps', 'deployments', 'Deployment', true],
        ['batch', 'jobs', 'Job', true],
      ],
    );
    await database.pool.query(
      `insert into listed_kinds (cluster_name, api_group, api_version, resource)
       values ('elsewhere', '', 'v1', 'pods'), ('elsewhere', 'batch', 'v1', 'jobs'), ('far', '', 'v1', 'pods')`,
    );
    expect(await listKinds(database.pool, 'elsewhere')).toMatchObject([
      { resource: 'pods', version: 'v1', kind: 'Pod' },
      { resource: 'jobs', version: 'v1', kind: null },
    ]);
    expect(await listKinds(database.pool, 'nowhere')).toEqual([]);
    expect(await getDefinition(database.pool, 'here', 'panels.krateo.io')).toEqual({
      spec: { group: 'krateo.io' },
    });
    expect(await getDefinition(database.pool, 'here', 'other')).toBeUndefined();
  });
});

describe('streamVersions()', () => {
  it.each(['resources', 'events'] as const)(
    'leads from versions of %s to positions and back',
    async (stream) => {
      const versions = streamVersions(database.pool, stream, 'here');
      expect(await versions.head()).toBeUndefined();
      const insert = (fixtures: { name: string; resource_version: number; cluster_name?: string }[]) =>
        stream === 'resources'
          ? insertHistory(database.pool, fixtures)
          : insertEvents(database.pool, fixtures);
      const [first, second] = await insert([
        { name: 'x', resource_version: 101 },
        { name: 'y', resource_version: 99 },
        { name: 'z', resource_version: 500, cluster_name: 'elsewhere' },
      ]);
      expect(await versions.head()).toEqual({ position: second, version: '99' });
      expect(await versions.positionOf('101')).toBe(first);
      expect(await versions.positionOf('500')).toBeUndefined();
    },
  );
});

describe('listKubeEvents()', () => {
  const everything: KubeEventFilter = {
    cluster: 'listed',
    namespace: undefined,
    name: undefined,
    involvedUid: undefined,
    involvedName: undefined,
    involvedNamespace: undefined,
    involvedKind: undefined,
    since: undefined,
    until: undefined,
  };
  const keys = async (filter: Partial<KubeEventFilter>) => {
    const found = await listKubeEvents(
      database.pool,
      { ...everything, ...filter },
      { after: undefined, limit: 100 },
    );
    return found.map(({ namespace, name }) => `${namespace}/${name}`);
  };

  it('gives events by key, each with its latest version', async () => {
    const here = { cluster_name: 'listed' };
    await insertEvents(database.pool, [
      { name: 'b', created_at: '2026-11-20T09:00:00Z', raw: { count: 1 }, ...here },
      { name: 'b', created_at: '2026-11-20T12:00:00Z', raw: { count: 2 }, resource_version: 2, ...here },
      {
        name: 'a',
        ...here,
        involved_object_uid: 'u',
        involved_object_name: 'db',
        involved_object_kind: 'Job',
      },
      { name: 'c', namespace: 'bank', ...here },
    ]);
    expect(await keys({})).toEqual(['bank/c', 'shop/a', 'shop/b']);
    expect(await keys({ namespace: 'shop' })).toEqual(['shop/a', 'shop/b']);
    expect(await keys({ name: 'b' })).toEqual(['shop/b']);
    expect(
      await keys({ involvedUid: 'u', involvedName: 'db', involvedKind: 'Job', involvedNamespace: 'shop' }),
    ).toEqual(['shop/a']);
    expect(await keys({ since: '2026-11-20T11:00:00Z' })).toEqual(['shop/b']);
    const page = { after: undefined, limit: 100 };
    const [then] = await listKubeEvents(
      database.pool,
      { ...everything, name: 'b', until: '2026-11-20T10:00:00Z' },
      page,
    );
    expect(JSON.parse(then?.raw ?? '')).toEqual({ count: 1 });
    const seen: string[] = [];
    let after: KubeEventKey | undefined;
    for (;;) {
      const [row] = await listKubeEvents(database.pool, everything, { after, limit: 1 });
      if (row === undefined) break;
      seen.push(row.name);
      after = [row.namespace, row.name, row.uid];
    }
    expect(seen).toEqual(['c', 'a', 'b']);
  });
});
