import { readdirSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespaceName, seedRows } from '../../test/bench/read/seed-rows.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { explain, type QueryPlan } from '../../test/support/query-plan.ts';
import type { Where } from '../core/access-scope.ts';
import type { LabelRequirement } from '../core/label-selector.ts';
import { eventScopeParameter, resourceScopeParameter } from '../core/scope-parameter.ts';
import { countEvents } from './count-events.ts';
import { countResources } from './count-resources.ts';
import { anyEvent, type EventFilter } from './event-filter.ts';
import { eventStreamBounds } from './event-stream-bounds.ts';
import { findObject } from './find-object.ts';
import { getDefinition } from './get-definition.ts';
import { getResource } from './get-resource.ts';
import { getVersion } from './get-version.ts';
import { labelledObjects } from './labelled-objects.ts';
import { listEventKinds } from './list-event-kinds.ts';
import { listEventNamespaces } from './list-event-namespaces.ts';
import { type EventPage, listEvents } from './list-events.ts';
import { listGroupResources } from './list-group-resources.ts';
import { listInvolvedNamespaces } from './list-involved-namespaces.ts';
import { listInvolvedObjects } from './list-involved-objects.ts';
import { listKinds } from './list-kinds.ts';
import { type KubeEventFilter, listKubeEvents } from './list-kube-events.ts';
import { listKubeObjects } from './list-kube-objects.ts';
import { listOwned } from './list-owned.ts';
import { listOwners } from './list-owners.ts';
import { listResourceNamespaces } from './list-resource-namespaces.ts';
import { listResources, type ResourcePage } from './list-resources.ts';
import { listVersions } from './list-versions.ts';
import { loadSql } from './load-sql.ts';
import { readEventsAfter } from './read-events-after.ts';
import { readResourcesAfter } from './read-resources-after.ts';
import type { ResourceFilter } from './resource-filter.ts';
import { resourceStreamBounds } from './resource-stream-bounds.ts';
import { streamVersions } from './stream-versions.ts';
import { summarizeEvents } from './summarize-events.ts';
import { summarizeResources } from './summarize-resources.ts';

const seeded = { resources: 20_000, events: 20_000, namespaces: 50, days: 3 };
/** Objects that ended, and whose names others have. */
const given = 200;

let database: TestDatabase;
let client: pg.Client;
let large: ReadonlySet<string>;
beforeAll(async () => {
  database = await testDatabase();
  await seedRows(database.url, seeded);
  await database.pool.query(`
    insert into resource_history (
      recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace, name,
      resource_version, resource_version_text, observed_at, raw)
    select
      updated_at, row_number() over (order by updated_at), 'upserted', cluster_name, uid, api_group, api_version, kind,
      resource, namespace, name, resource_version, resource_version_text, observed_at, raw
    from resources`);
  // A few of each that are gone, some owned ones, some of compositions, and ten that have changed since.
  await database.pool.query(`
    update resources
    set deleted_at = case when resource_version % 500 = 1 then now() end,
      owner_uids = case when resource_version % 100 = 62 then array['uid-' || (resource_version - 1)] else '{}' end,
      composition_id = case when resource_version % 1000 < 3 then '0f9c2d1e-0000-4000-8000-000000000001'::uuid end,
      updated_at = case when resource_version <= 10 then now() else updated_at end
    where resource_version % 500 = 1 or resource_version % 100 = 62 or resource_version % 1000 < 3
      or resource_version <= 10`);
  // The ends of objects whose names others have by now.
  await database.pool.query(`
    insert into resource_history (
      recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace, name,
      resource_version, resource_version_text, observed_at, raw)
    select
      now(), ${seeded.resources} + row_number() over (), 'deleted', cluster_name, 'before-' || uid, api_group, api_version,
      kind, resource, namespace, name, resource_version, resource_version_text, observed_at, raw
    from resources where deleted_at is null and resource_version % 100 = 7`);
  await database.pool.query('vacuum analyze resources, resource_history');
  // As the presenters' pool.
  client = new pg.Client({ connectionString: database.url, options: '-c jit=off -c timezone=UTC' });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c
    where c.relkind = 'r' and c.relname ~ '^(resources|events|resource_history)' and pg_relation_size(c.oid) > 0`,
  );
  large = new Set(tables.rows.map(({ name }) => name));
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

type Queries = Pick<pg.Pool, 'query'>;
type Served = {
  readonly run: (pool: Queries) => Promise<unknown>;
  /** Most rows of large tables that may be looked at. */
  readonly most: number;
};

const listed = { kind: 'listed', objects: [], names: [] } as const;
/** Rights in every other namespace. */
const some: Where = {
  ...listed,
  namespaces: Array.from({ length: seeded.namespaces / 2 }, (_, index) => namespaceName(2 * index)),
};
const last: Where = { ...listed, namespaces: [namespaceName(seeded.namespaces - 1)] };
const nothing: ResourceFilter = {
  groups: ['apps'],
  resources: ['deployments'],
  kinds: undefined,
  version: undefined,
  cluster: 'bench',
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
  limit: 50,
  withRaw: true,
  withStatus: true,
  paths: [['metadata', 'name']],
};
const deep = ['apps', 'deployments', 'bench', namespaceName(25), 'deployments-1', 'uid-1'];
const composition = '0f9c2d1e-0000-4000-8000-000000000001';
const appIn = (...values: string[]): LabelRequirement[] => [{ key: 'app', operator: 'in', values }];

function resources(filter: Partial<ResourceFilter>, page: Partial<ResourcePage> = {}, where: Where = some) {
  const asked = { ...nothing, ...filter };
  const scope = resourceScopeParameter(
    asked.groups.flatMap((group) =>
      (asked.resources ?? ['deployments', 'replicasets']).map((resource) => ({
        cluster: 'bench',
        group,
        resource,
        where,
      })),
    ),
  );
  return {
    list: (pool: Queries) => listResources(pool, scope, asked, { ...firstPage, ...page }),
    kube: (pool: Queries) =>
      listKubeObjects(pool, scope, { ...asked, ...oneKind }, { after: undefined, limit: 50, ...page }),
    count: (pool: Queries) => countResources(pool, scope, asked, 100),
    summarize: (pool: Queries) => summarizeResources(pool, scope, asked, { by: 'status', max: 100 }),
  };
}

const oneKind = { groups: ['apps'], resources: ['deployments'], cluster: 'bench' } as const;

const anyKubeEvent: KubeEventFilter = {
  cluster: 'bench',
  namespace: undefined,
  name: undefined,
  involvedUid: undefined,
  involvedName: undefined,
  involvedNamespace: undefined,
  involvedKind: undefined,
  since: undefined,
  until: undefined,
};
const hourAgo = new Date(Date.now() - 3_600_000).toISOString();

const eventScope = eventScopeParameter([
  { cluster: 'bench', events: some, involved: [{ group: '', resource: 'pods', where: some }] },
]);

function events(filter: Partial<EventFilter>, page: Partial<EventPage> = {}) {
  const scope = eventScope;
  const asked = { ...anyEvent, ...filter };
  return {
    list: (pool: Queries) =>
      listEvents(pool, scope, asked, { after: undefined, limit: 50, withRaw: true, ...page }),
    count: (pool: Queries) => countEvents(pool, scope, asked, 100),
    summarize: (pool: Queries) => summarizeEvents(pool, scope, asked, { by: 'reason', max: 100 }),
  };
}
const kubeEvents = (filter: Partial<KubeEventFilter>) => (pool: Queries) =>
  listKubeEvents(pool, { ...anyKubeEvent, ...filter }, { after: undefined, limit: 50 });
const pod = { cluster: 'bench', uid: 'uid-100', group: '', resource: 'pods' };

/** Every query that is served, by its file, with each way that it may be carried out. */
const served: Readonly<Record<string, Readonly<Record<string, Served>>>> = {
  'list-resources': {
    'the first page': { run: resources({}).list, most: 200 },
    'a deep page': { run: resources({}, { after: deep }).list, most: 200 },
    'the last page, backwards': { run: resources({}, { descending: true }).list, most: 200 },
    'rights in one namespace, the last': { run: resources({}, {}, last).list, most: 200 },
    'all of a group': { run: resources({ resources: undefined }).list, most: 200 },
    'one namespace': { run: resources({ namespace: namespaceName(2) }).list, most: 200 },
    'one name': { run: resources({ namespace: namespaceName(0), name: 'deployments-50' }).list, most: 200 },
    'a composition': { run: resources({ compositionId: composition }).list, most: 200 },
    'a label that few have': { run: resources({ labels: { app: 'app-17' } }).list, most: 1_000 },
    'a label that many have': { run: resources({ labels: { tier: 'web' } }).list, most: 1_000 },
    'a choice of labels': {
      run: resources({ labelRequirements: appIn('app-1', 'app-2', 'app-3', 'app-4') }).list,
      most: 1_000,
    },
    'labels, newest first': {
      run: resources({ labels: { app: 'app-17' } }, { sort: 'created_at', descending: true }).list,
      most: 200,
    },
    'what is deleted': { run: resources({ deleted: 'deleted' }).list, most: 200 },
    // All of a kind, until PostgreSQL merges two indexes in order.
    'what is deleted or not': { run: resources({ deleted: 'all' }).list, most: 4_000 },
    'the past': { run: resources({ at: hourAgo }).list, most: 5_000 },
    // Sorted in memory, all of a kind.
    'newest first': { run: resources({}, { sort: 'updated_at', descending: true }).list, most: 4_000 },
  },
  'list-kube-objects': {
    'a namespace': { run: resources({ namespace: namespaceName(2) }).kube, most: 200 },
    'all namespaces, further on': {
      run: resources({}, { after: deep }, { kind: 'everywhere' }).kube,
      most: 200,
    },
    'a label selector': { run: resources({ labels: { app: 'app-17' } }).kube, most: 1_000 },
    'what is deleted': { run: resources({ deleted: 'deleted' }).kube, most: 200 },
    'the past': { run: resources({ namespace: namespaceName(2), at: hourAgo }).kube, most: 500 },
  },
  'count-resources': {
    'all of a kind': { run: resources({}).count, most: 4_000 },
    'a label': { run: resources({ labels: { app: 'app-17' } }).count, most: 200 },
  },
  'summarize-resources': {
    'all of a kind': { run: resources({}).summarize, most: 4_000 },
    'a label': { run: resources({ labels: { app: 'app-17' } }).summarize, most: 200 },
  },
  'get-resource': {
    'by its uid': {
      run: (pool) => getResource(pool, pod, { withRaw: true, withStatus: true }),
      most: 1,
    },
  },
  'find-object': { 'by its uid': { run: (pool) => findObject(pool, pod), most: 1 } },
  'get-definition': {
    'by its name': { run: (pool) => getDefinition(pool, 'bench', 'things.example.com'), most: 1 },
  },
  'get-version': {
    'of an object': { run: (pool) => getVersion(pool, { ...pod, resourceVersion: '100' }), most: 5 },
  },
  'list-versions': {
    'of an object': { run: (pool) => listVersions(pool, pod, { below: undefined, limit: 10 }), most: 10 },
  },
  'list-owned': {
    'of some owners': {
      run: (pool) =>
        listOwned(pool, {
          cluster: 'bench',
          ownerUids: ['uid-61', 'uid-161'],
          withDeleted: true,
          afterUid: '',
          limit: 10,
        }),
      most: 10,
    },
  },
  'list-owners': {
    'by uids': {
      run: (pool) => listOwners(pool, { cluster: 'bench', uids: ['uid-61', 'uid-1'], withDeleted: true }),
      most: 5,
    },
  },
  'list-kinds': { 'of a cluster': { run: (pool) => listKinds(pool, 'bench'), most: 200 } },
  'list-group-resources': {
    'live and deleted': {
      run: (pool) => listGroupResources(pool, { cluster: 'bench', group: 'apps', withDeleted: true }),
      most: 50,
    },
  },
  'list-resource-namespaces': {
    'live and deleted': {
      run: (pool) =>
        listResourceNamespaces(pool, {
          cluster: 'bench',
          group: 'apps',
          resource: 'deployments',
          withDeleted: true,
        }),
      most: 4 * seeded.namespaces,
    },
  },
  'list-events': {
    'the first page': { run: events({}).list, most: 1_000 },
    'a later page': {
      run: events({}, { after: [new Date(Date.now() - 86_400_000).toISOString(), '15000'] }).list,
      most: 1_000,
    },
    'the newest, a day first': {
      run: events({}, { now: new Date().toISOString() }).list,
      most: 1_000,
    },
    'a namespace': { run: events({ namespace: namespaceName(2) }).list, most: 1_000 },
    'of an object': { run: events({ involvedUid: 'uid-100' }).list, most: 500 },
    'words that few have': { run: events({ text: 'web-17' }).list, most: 5_000 },
    'since an hour': { run: events({ since: hourAgo }).list, most: 1_000 },
    'by the labels of their objects': {
      run: events({ labels: { tier: 'web' } }).list,
      most: 2 * seeded.events,
    },
    'of a composition': { run: events({ compositionId: composition }).list, most: 200 },
  },
  'count-events': { 'all of them': { run: events({}).count, most: 2_000 } },
  'summarize-events': { 'all of them': { run: events({}).summarize, most: 2_000 } },
  'list-kube-events': {
    'of the last hour': { run: kubeEvents({ since: hourAgo }), most: 3_000 },
    'of a namespace': { run: kubeEvents({ namespace: namespaceName(2), since: hourAgo }), most: 500 },
    'of an object': {
      run: kubeEvents({ namespace: namespaceName(2), involvedUid: 'uid-100', involvedName: 'pods-100' }),
      most: 500,
    },
    'by name': { run: kubeEvents({ namespace: namespaceName(2), name: 'event-2' }), most: 2_000 },
  },
  'list-event-kinds': { 'of a cluster': { run: (pool) => listEventKinds(pool, 'bench'), most: 100 } },
  'list-event-namespaces': {
    'of all clusters': { run: (pool) => listEventNamespaces(pool), most: 10 * seeded.namespaces },
  },
  'list-involved-namespaces': {
    'of Pods': {
      run: (pool) => listInvolvedNamespaces(pool, { cluster: 'bench', group: '', resource: 'pods' }),
      most: 10 * seeded.namespaces,
    },
  },
  'list-involved-objects': {
    'of Pods in one namespace': {
      run: (pool) =>
        listInvolvedObjects(pool, {
          cluster: 'bench',
          group: '',
          resource: 'pods',
          namespaces: [namespaceName(2)],
          limit: 100,
        }),
      most: 500,
    },
  },
  'labelled-objects': {
    'few of one kind': {
      run: (pool) => labelledObjects(pool, eventScope, { ...anyEvent, labelRequirements: appIn('app-17') }),
      most: 200,
    },
    'by a choice': {
      run: (pool) =>
        labelledObjects(pool, eventScope, {
          ...anyEvent,
          labelRequirements: appIn('app-1', 'app-2', 'app-3'),
        }),
      most: 400,
    },
  },
  'read-events-after': {
    'from a position': { run: (pool) => readEventsAfter(pool, { after: 10_000, limit: 100 }), most: 300 },
    'with their texts': {
      run: (pool) => readEventsAfter(pool, { after: 10_000, limit: 100, withRaw: true }),
      most: 300,
    },
  },
  'read-resources-after': {
    'from a position': {
      run: (pool) => readResourcesAfter(pool, { after: 10_000, limit: 100, withRaw: true }),
      most: 300,
    },
    'of objects whose names others have by now': {
      run: async (pool) => {
        const changes = await readResourcesAfter(pool, {
          after: seeded.resources,
          limit: 100,
          withRaw: true,
        });
        expect(changes.filter(({ successor }) => successor !== null)).toHaveLength(100);
      },
      most: 400,
    },
  },
  'event-stream-bounds': { 'of the stream': { run: (pool) => eventStreamBounds(pool), most: 10 } },
  'resource-stream-bounds': { 'of the stream': { run: (pool) => resourceStreamBounds(pool), most: 10 } },
  'event-stream-head': {
    'of a cluster': { run: (pool) => streamVersions(pool, 'events', 'bench').head(), most: 10 },
  },
  'resource-stream-head': {
    'of a cluster': { run: (pool) => streamVersions(pool, 'resources', 'bench').head(), most: 10 },
  },
  'event-version-position': {
    // What is looked at is bounded by the statement, at more than there is here.
    'of a version': {
      run: (pool) => streamVersions(pool, 'events', 'bench').positionOf('19990'),
      most: seeded.events + 10,
    },
  },
  'resource-version-position': {
    'of a version': {
      run: (pool) => streamVersions(pool, 'resources', 'bench').positionOf('19990'),
      most: seeded.resources + given + 10,
    },
  },
};

/** Set into other queries, which show their plans. */
const parts = [
  'visible-resources',
  'visible-events',
  'label-requirements',
  'resources-at',
  'resources-ever',
  'resources-labelled',
  'resources-start',
];

/** Of ingesters and deviser, which nobody waits for with a request. */
const notServed = [
  'apply-deletes',
  'compare-manifest',
  'delete-vanished-kinds',
  'forget-undated-events',
  'insert-events',
  'merge-upserts',
  'purge-deleted',
  'spread-compositions',
];

it('every query that reads a large table is named here', () => {
  const reading = readdirSync(new URL('../../sql/queries/', import.meta.url))
    .map((file) => file.replace(/\.sql$/, ''))
    .filter((name) =>
      /\b(?:from|join|update|into|\*\/)\s+(?:resources|events|resource_history)\b/.test(loadSql(name)),
    );
  const named = [...Object.keys(served), ...parts, ...notServed];
  expect(reading.filter((name) => !named.includes(name))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});

describe.each(Object.entries(served))('%s', (name, ways) => {
  it.each(Object.entries(ways))('reads no large table from end to end: %s', async (_way, { run, most }) => {
    const plans: QueryPlan[] = [];
    let last: pg.QueryResult | undefined;
    const query = async (config: string | pg.QueryConfig, values: unknown[] = []) => {
      const asked =
        typeof config === 'string'
          ? { text: config, values }
          : { text: config.text, values: config.values ?? values };
      plans.push(await explain(client, asked, large));
      last = await client.query(asked.text, asked.values);
      return last;
    };
    await run({ query } as unknown as Queries);
    const isNamed = plans.length > 0;
    expect({ name, isNamed, wholeTables: plans.flatMap((plan) => plan.wholeTables) }).toEqual({
      name,
      isNamed: true,
      wholeTables: [],
    });
    const rowsRead = plans.reduce((sum, plan) => sum + plan.rowsRead, 0);
    expect(rowsRead, plans.map((plan) => plan.text).join('\n')).toBeLessThanOrEqual(most);
  });
});
