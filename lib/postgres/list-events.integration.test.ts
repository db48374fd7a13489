import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type EventFixture, insertEvents } from '../../test/support/insert-events.ts';
import { insertResources } from '../../test/support/insert-resources.ts';
import type { EventScope } from '../core/access-scope.ts';
import { type EventStreamFilter, matchesEvent } from '../core/event-stream-filter.ts';
import { parseLabelSelector } from '../core/label-selector.ts';
import { eventScopeParameter } from '../core/scope-parameter.ts';
import { countEvents } from './count-events.ts';
import { anyEvent, type EventFilter } from './event-filter.ts';
import { eventStreamBounds } from './event-stream-bounds.ts';
import { labelledObjects } from './labelled-objects.ts';
import { listEventKinds } from './list-event-kinds.ts';
import { listEventNamespaces } from './list-event-namespaces.ts';
import { type EventKey, listEvents } from './list-events.ts';
import { listInvolvedNamespaces } from './list-involved-namespaces.ts';
import { readEventsAfter } from './read-events-after.ts';
import { readInstallation } from './read-installation.ts';
import { summarizeEvents } from './summarize-events.ts';

let database: TestDatabase;
let positions: number[];
beforeAll(async () => {
  database = await testDatabase();
  await insertResources(database.pool, [
    { name: 'web-1', resource: 'pods', kind: 'Pod', api_group: '', labels: { app: 'web' } },
    { name: 'Ledger_1', uid: 'ledger-uid', namespace: 'bank', labels: { tier: '3' } },
  ]);
  positions = await insertEvents(database.pool, rows);
});
afterAll(() => database.drop());

const composition = '0f9c2d1e-0000-4000-8000-000000000001';
const ledger = {
  namespace: 'bank',
  resource_kind: 'apps/v1.Deployment',
  involved_object_group: 'apps',
  involved_object_kind: 'Deployment',
  involved_object_resource: 'deployments',
  involved_object_name: 'Ledger_1',
  involved_object_uid: 'ledger-uid',
};
const backOff = {
  event_type: 'Warning',
  reason: 'BackOff',
  message: 'Back-off restarting container (bank/ledger-57cbd45569)',
};
const rows: readonly EventFixture[] = [
  { name: 'oldest', created_at: '2026-11-20T08:00:00Z', composition_id: composition },
  { name: 'repeated', created_at: '2026-11-20T09:00:00Z', resource_version: 5, message: 'once' },
  { name: 'bank', created_at: '2026-11-20T09:30:00.000001Z', ...ledger, ...backOff },
  { name: 'repeated', created_at: '2026-11-21T09:00:00Z', resource_version: 9, message: 'twice' },
  { name: 'own-label', raw: { metadata: { labels: { app: 'web' } } }, involved_object_uid: null },
  {
    name: 'node',
    ...ledger,
    namespace: 'default',
    involved_object_group: '',
    involved_object_kind: 'Node',
    involved_object_resource: 'nodes',
    involved_object_namespace: '',
    involved_object_name: 'node-1',
    resource_kind: 'v1.Node',
  },
  {
    name: 'unknown-kind',
    namespace: 'lab',
    involved_object_resource: null,
    involved_object_kind: 'Thing',
    resource_kind: 'x.io/v1.Thing',
  },
  { name: 'abroad', cluster_name: 'elsewhere' },
];

const allEvents: EventScope = { cluster: 'here', events: { kind: 'everywhere' }, involved: [] };
const everywhere: EventScope[] = [allEvents];

async function names(
  filter: Partial<EventFilter>,
  scopes: readonly EventScope[] = everywhere,
): Promise<string[]> {
  const page = { after: undefined, limit: 100, withRaw: true };
  const found = await listEvents(
    database.pool,
    eventScopeParameter(scopes),
    { ...anyEvent, ...filter },
    page,
  );
  return found.map(
    (row) => (JSON.parse(row.raw ?? '') as { metadata: { name?: string } }).metadata.name ?? row.global_uid,
  );
}

describe('listEvents()', () => {
  it('shows each event once, with its latest version, newest first', async () => {
    expect(await names({})).toEqual([
      'repeated',
      'unknown-kind',
      'node',
      'here:own-label-uid',
      'bank',
      'oldest',
    ]);
    const page = { after: undefined, limit: 1, withRaw: false };
    const [newest] = await listEvents(database.pool, eventScopeParameter(everywhere), anyEvent, page);
    expect(newest).toMatchObject({
      global_uid: 'here:repeated-uid',
      message: 'twice',
      created_at: '2026-11-21T09:00:00.000000Z',
      resource_kind: 'v1.Pod',
      resource_name: 'web-1',
    });
  });

  it.each(['2026-11-21T09:00:00Z', '2026-11-21T08:00:00Z', '2026-11-25T00:00:00Z', '2020-01-01T00:00:00Z'])(
    'finds the same page by page when the day before is looked at first: %s',
    async (now) => {
      for (const filter of [{}, { since: '2026-11-20T00:00:00Z' }, { until: '2026-11-21T08:30:00Z' }]) {
        for (const limit of [1, 2, 50]) {
          const walk = async (at: string | undefined): Promise<string[]> => {
            const found: string[] = [];
            for (let after: EventKey | undefined; ; ) {
              const rows = await listEvents(
                database.pool,
                eventScopeParameter(everywhere),
                { ...anyEvent, ...filter },
                { after, limit, withRaw: false, now: at },
              );
              found.push(...rows.map((row) => `${row.global_uid} ${row.position}`));
              const last = rows.at(-1);
              if (last === undefined || rows.length < limit) return found;
              after = [last.created_at, last.position];
            }
          };
          expect(await walk(now)).toEqual(await walk(undefined));
        }
      }
    },
  );

  it.each<[string, Partial<EventFilter>, string[]]>([
    ['a namespace', { namespace: 'bank' }, ['bank']],
    ['a kind alone', { kinds: ['Deployment'] }, ['bank']],
    ['a kind with its apiVersion', { kinds: ['apps/v1.Deployment'] }, ['bank']],
    ['a part of a name in either case, wildcards as themselves', { nameContains: 'ledger_' }, ['bank']],
    ['no wildcard', { nameContains: '%' }, []],
    ['a composition', { compositionId: composition }, ['oldest']],
    ['times', { since: '2026-11-21T00:00:00Z' }, ['repeated']],
    ['several kinds', { kinds: ['Deployment', 'v1.Node'] }, ['node', 'bank']],
    ['a type', { types: ['Warning'] }, ['bank']],
    ['a reason', { reasons: ['BackOff', 'x'] }, ['bank']],
    ['an exact name', { involvedName: 'node-1' }, ['node']],
    ['an object', { involvedUid: 'ledger-uid' }, ['node', 'bank']],
    ['the time before', { until: '2026-11-20T08:30:00Z' }, ['oldest']],
    ['an event as it was then', { until: '2026-11-20T09:00:00Z' }, ['repeated', 'oldest']],
    ['words in any order', { text: 'restarting BACK' }, ['bank']],
    ['beginnings of words and parts of paths', { text: 'led 57cbd' }, ['bank']],
    ['only where all words are', { text: 'restarting nothing' }, []],
    ['nothing for a text without words', { text: '---' }, []],
    ['another cluster', { cluster: 'elsewhere' }, []],
  ])('takes %s', async (_, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it('finds words with letters beyond ASCII', async () => {
    await insertEvents(database.pool, [
      { name: 'umlaut', namespace: 'words', message: 'Gerät ÜBERLASTET in Zürich, Straße 7' },
    ]);
    const found = async (text: string) => names({ namespace: 'words', text });
    for (const text of ['gerät', 'zür', 'straße 7', 'in']) expect(await found(text)).toEqual(['umlaut']);
    expect(await found('zürcher')).toEqual([]);
    await database.pool.query("delete from events where namespace = 'words'");
  });

  it('takes labels of the event itself, and of its object only for who may get that', async () => {
    const labels = { app: 'web' };
    expect(await names({ labels })).toEqual(['here:own-label-uid']);
    const pods = { group: '', resource: 'pods', where: { kind: 'everywhere' as const } };
    expect(await names({ labels }, [{ ...allEvents, involved: [pods] }])).toEqual([
      'repeated',
      'here:own-label-uid',
      'oldest',
    ]);
  });

  it.each([
    ['tier=3', ['bank']],
    ['tier in (3,4)', ['bank']],
    ['app in (web,cart)', ['repeated', 'oldest']],
    ['app!=web', ['bank']],
    ['!app', ['bank']],
    ['app,tier>2', []],
    ['tier>2', ['bank']],
    ['tier<2', []],
  ])('takes the events of objects with labels as in %s, where these may be got', async (text, expected) => {
    const selector = parseLabelSelector(text);
    const filter = { labelRequirements: selector.kind === 'selector' ? selector.requirements : [] };
    expect(await names(filter)).toEqual([]);
    const kinds = [
      { group: '', resource: 'pods', where: { kind: 'everywhere' as const } },
      { group: 'apps', resource: 'deployments', where: { kind: 'everywhere' as const } },
      // The event about a Node bears the uid of the Deployment, of which it must tell nothing.
      { group: '', resource: 'nodes', where: { kind: 'everywhere' as const } },
    ];
    expect(await names(filter, [{ ...allEvents, involved: kinds }])).toEqual(expected);
    const neither = { ...filter, labels: { app: 'nothing' } };
    expect(await names(neither, [{ ...allEvents, involved: kinds }])).toEqual([]);
  });

  it.each([
    ['tier=3', ['ledger-uid']],
    ['tier in (2,3),!app', ['ledger-uid']],
    ['app=web,tier=3', []],
    ['tier', undefined],
    ['tier!=3', undefined],
    ['tier in (1,2,3,4,5,6,7,8,9)', undefined],
  ])('finds the objects of %s by the index of labels, where that can tell', async (text, expected) => {
    const selector = parseLabelSelector(text);
    const labelRequirements = selector.kind === 'selector' ? selector.requirements : [];
    const where = { kind: 'everywhere' as const };
    const scope = (kinds: number): EventScope => ({
      ...allEvents,
      involved: Array.from({ length: kinds }, (_, index) => ({
        group: 'apps',
        resource: index === 0 ? 'deployments' : `others-${index}`,
        where,
      })),
    });
    const find = (kinds: number) =>
      labelledObjects(database.pool, eventScopeParameter([scope(kinds)]), {
        ...anyEvent,
        labelRequirements,
      });
    expect(await find(2)).toEqual(expected);
    // Too many look-ups.
    expect(await find(17)).toBe(undefined);
  });

  it.each<[string, readonly EventScope[], string[]]>([
    ['nothing', [], []],
    [
      'events of a namespace',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: ['bank'], objects: [], names: [] },
          involved: [],
        },
      ],
      ['bank'],
    ],
    [
      'events about a kind everywhere',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: [], objects: [], names: [] },
          involved: [{ group: '', resource: 'nodes', where: { kind: 'everywhere' } }],
        },
      ],
      ['node'],
    ],
    [
      'events about a kind in a namespace',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: [], objects: [], names: [] },
          involved: [
            {
              group: 'apps',
              resource: 'deployments',
              where: { kind: 'listed', namespaces: ['bank', 'shop'], objects: [], names: [] },
            },
          ],
        },
      ],
      ['bank'],
    ],
    [
      'events about one object',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: [], objects: [], names: [] },
          involved: [
            {
              group: 'apps',
              resource: 'deployments',
              where: {
                kind: 'listed',
                namespaces: [],
                objects: [{ namespace: 'bank', name: 'Ledger_1' }],
                names: [],
              },
            },
          ],
        },
      ],
      ['bank'],
    ],
    [
      'no events about another object of the name',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: [], objects: [], names: [] },
          involved: [
            {
              group: 'apps',
              resource: 'deployments',
              where: {
                kind: 'listed',
                namespaces: [],
                objects: [{ namespace: 'shop', name: 'Ledger_1' }],
                names: [],
              },
            },
          ],
        },
      ],
      [],
    ],
    [
      'events about a name wherever it is',
      [
        {
          cluster: 'here',
          events: { kind: 'listed', namespaces: [], objects: [], names: [] },
          involved: [
            {
              group: 'apps',
              resource: 'deployments',
              where: { kind: 'listed', namespaces: [], objects: [], names: ['Ledger_1', 'x'] },
            },
          ],
        },
      ],
      ['bank'],
    ],
  ])('shows of a scope with %s just that', async (_, scopes, expected) => {
    expect(await names({}, scopes)).toEqual(expected);
  });

  it('is read page by page without a gap or a repeat', async () => {
    const seen: string[] = [];
    let after: EventKey | undefined;
    for (;;) {
      const page = { after, limit: 2, withRaw: false };
      const found = await listEvents(database.pool, eventScopeParameter(everywhere), anyEvent, page);
      seen.push(...found.map((row) => row.global_uid));
      const last = found.at(-1);
      if (last === undefined) break;
      after = [last.created_at, last.position];
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });
});

describe('countEvents() and summarizeEvents()', () => {
  it('count events and not their versions, inside the scope and no further than they are told', async () => {
    const scope = eventScopeParameter(everywhere);
    expect(await countEvents(database.pool, scope, anyEvent, 100)).toBe(6);
    expect(await countEvents(database.pool, scope, anyEvent, 4)).toBe(4);
    expect(await countEvents(database.pool, eventScopeParameter([]), anyEvent, 100)).toBe(0);
    const byReason = await summarizeEvents(database.pool, scope, anyEvent, { by: 'reason', max: 100 });
    expect(byReason).toEqual([
      { value: 'Started', count: 5 },
      { value: 'BackOff', count: 1 },
    ]);
    const byNamespace = await summarizeEvents(database.pool, scope, anyEvent, { by: 'namespace', max: 1 });
    expect(byNamespace).toEqual([{ value: 'shop', count: 1 }]);
  });
});

describe('listEventKinds() and its like', () => {
  it('name what the events of a cluster are about, once each', async () => {
    const kinds = await listEventKinds(database.pool, 'here');
    expect(kinds.map(({ group, resource }) => `${group}/${resource}`).sort()).toEqual(
      ['/', '/nodes', '/pods', 'apps/deployments'].sort(),
    );
    expect(await listEventKinds(database.pool, 'elsewhere')).toEqual([{ group: '', resource: 'pods' }]);
  });

  it('name the namespaces of events, and of the objects of one kind', async () => {
    expect((await listEventNamespaces(database.pool)).sort()).toEqual(['bank', 'default', 'lab', 'shop']);
    const involved = (group: string, resource: string) =>
      listInvolvedNamespaces(database.pool, { cluster: 'here', group, resource });
    expect(await involved('apps', 'deployments')).toEqual(['bank']);
    expect(await involved('', 'nodes')).toEqual(['']);
    expect(await involved('', 'secrets')).toEqual([]);
  });
});

const anyStreamed: EventStreamFilter = {
  cluster: undefined,
  namespace: undefined,
  kinds: undefined,
  types: undefined,
  reasons: undefined,
  compositionId: undefined,
  involvedUid: undefined,
  involvedName: undefined,
};

describe('readEventsAfter()', () => {
  it('gives every version above a position in commit order, up to a limit and an end', async () => {
    const [first = 0, , third] = positions;
    const all = await readEventsAfter(database.pool, { after: 0, limit: 100 });
    expect(all.map((row) => row.position)).toEqual(positions);
    const some = await readEventsAfter(database.pool, { after: first, upTo: third ?? 0, limit: 100 });
    expect(some.map((row) => row.position)).toEqual(positions.slice(1, 3));
    expect(await readEventsAfter(database.pool, { after: first, limit: 1 })).toHaveLength(1);
  });

  it.each<[Partial<EventStreamFilter>, string[]]>([
    [{ compositionId: composition }, ['oldest']],
    [{ cluster: 'elsewhere' }, ['abroad']],
    [{ namespace: 'lab' }, ['unknown-kind']],
    [{ kinds: ['Node', 'x.io/v1.Thing'] }, ['node', 'unknown-kind']],
    [{ types: ['Warning'] }, ['bank']],
    [{ reasons: ['BackOff'] }, ['bank']],
    [{ involvedUid: 'ledger-uid' }, ['bank', 'node']],
    [{ involvedName: 'Ledger_1', kinds: ['Deployment'] }, ['bank']],
  ])('takes by %j the rows that the same filter takes in memory', async (filter, expected) => {
    const whole = { ...anyStreamed, ...filter };
    const read = await readEventsAfter(database.pool, { after: 0, limit: 100, filter: whole });
    expect(read.map((row) => row.global_uid.replace(/^\w+:(.*)-uid$/, '$1'))).toEqual(expected);
    const all = await readEventsAfter(database.pool, { after: 0, limit: 100 });
    expect(all.filter((row) => matchesEvent(whole, row))).toEqual(read);
  });
});

describe('eventStreamBounds()', () => {
  it('gives the last position, and the horizon that retention has set, even where no row is left', async () => {
    expect(await eventStreamBounds(database.pool)).toEqual({ head: positions.at(-1), horizon: 0 });
    const empty = await testDatabase();
    try {
      expect(await eventStreamBounds(empty.pool)).toEqual({ head: 0, horizon: 0 });
      await empty.pool.query(`update stream_horizons set position = 17 where stream = 'events'`);
      expect(await eventStreamBounds(empty.pool)).toEqual({ head: 17, horizon: 17 });
      const ids = await Promise.all([database, empty].map(({ pool }) => readInstallation(pool)));
      expect(ids[0]?.sealingSecret.length).toBeGreaterThanOrEqual(64);
      expect(await readInstallation(empty.pool)).toEqual(ids[1]);
    } finally {
      await empty.drop();
    }
  });
});
