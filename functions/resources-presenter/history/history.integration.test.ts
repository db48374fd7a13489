import fc from 'fast-check';
import { applyPatch, type Operation } from 'rfc6902';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExactJson, stringifyExactJson } from '../../../lib/core/exact-json.ts';
import { insertEvents } from '../../../test/support/insert-events.ts';
import { type HistoryFixture, insertHistory } from '../../../test/support/insert-history.ts';
import { insertResources } from '../../../test/support/insert-resources.ts';
import { type ReadingWorld, startReadingWorld } from '../../../test/support/reading-world.ts';
import { configSchema } from '../config.ts';
import { startResourcesPresenter } from '../start-resources-presenter.ts';

let world: ReadingWorld;
let admin: string;
let alice: string;

const cart = (replicas: number | undefined, fields: Partial<HistoryFixture> = {}): HistoryFixture => ({
  name: 'cart',
  raw: { kind: 'Deployment', metadata: { name: 'cart' }, spec: replicas === undefined ? {} : { replicas } },
  ...fields,
});

beforeAll(async () => {
  world = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
  const { pool } = world.database;
  await insertResources(pool, [
    { name: 'cart', namespace: 'shop', deleted_at: '2026-11-20T12:00:00Z' },
    { name: 'big', namespace: 'shop' },
    { name: 'young', namespace: 'shop' },
    { name: 'ledger', namespace: 'bank' },
    { name: 'cart-rs', namespace: 'shop', resource: 'replicasets', kind: 'ReplicaSet' },
    { name: 'cart-pod', namespace: 'shop', api_group: '', resource: 'pods', kind: 'Pod' },
    { name: 'abroad', namespace: 'shop', cluster_name: 'elsewhere' },
  ]);
  await pool.query(`update resources set owner_uids = '{cart-uid}' where name = 'cart-rs'`);
  await pool.query(`update resources set owner_uids = '{cart-rs-uid}' where name = 'cart-pod'`);
  await insertHistory(pool, [
    cart(1, { resource_version: 10, recorded_at: '2026-11-20T10:00:00Z' }),
    cart(3, { resource_version: 11, recorded_at: '2026-11-20T11:00:00Z' }),
    cart(undefined, { resource_version: 12, recorded_at: '2026-11-20T11:30:00Z' }),
    cart(undefined, { resource_version: 13, recorded_at: '2026-11-20T12:00:00Z', operation: 'deleted' }),
    ...Array.from({ length: 6 }, (_, index) => ({
      name: 'big',
      resource_version: 20 + index,
      // Stored in a few kilobytes, but that is not what it takes to answer with it.
      raw: { version: index, text: 'x'.repeat(1_000_000) },
    })),
    { name: 'abroad', cluster_name: 'elsewhere' },
  ]);
  const about = { involved_object_group: 'apps', involved_object_resource: 'deployments' };
  await insertEvents(pool, [
    { name: 'cart-event', involved_object_name: 'cart', involved_object_uid: 'cart-uid', ...about },
    { name: 'other-event', involved_object_name: 'ledger', involved_object_uid: 'ledger-uid', ...about },
  ]);
  await world.grant(
    'alice',
    [
      { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'] },
      { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    ],
    'shop',
  );
  admin = await world.token('root', ['system:masters']);
  alice = await world.token('alice');
});
afterAll(() => world.stop());

/** Long integers, and names of members that occur in several versions and need escapes. */
const { anyJson } = fc.letrec((tie) => ({
  anyJson: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, 1.5, '', 'a', 'b'),
    fc.constantFrom('9007199254740993', '9007199254740995', '-18446744073709551616').map(parseExactJson),
    fc.array(tie('anyJson'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d', '~e', '0', '-'), tie('anyJson')),
  ),
}));

/** Parsed, with numbers that no double holds as tagged texts, which compare and copy as any other. */
function tagged(json: string): unknown {
  return JSON.parse(json.replace(/(?<=[:,[]\s*)-?\d{16,}(?=\s*[,\]}])/g, '"exactly $&"'));
}

type Answer = { count: number; items: Record<string, unknown>[]; cursor?: string; truncated?: boolean };

async function read(path: string, token = alice): Promise<Answer> {
  const answer = await world.get(`/resources/${path}`, token);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  return (await answer.json()) as Answer;
}

describe('GET /resources/{global_uid}/history', () => {
  it('shows the versions of an object, also of one that is gone, and what changed between them', async () => {
    const version = (resourceVersion: string, recordedAt: string) => ({
      resource_version: resourceVersion,
      operation: 'upserted',
      version: 'v1',
      observed_at: recordedAt,
      recorded_at: recordedAt,
    });
    expect(await read('here:cart-uid/history')).toEqual({
      count: 4,
      items: [
        { ...version('13', '2026-11-20T12:00:00Z'), operation: 'deleted', compared_with: '12', changes: [] },
        {
          ...version('12', '2026-11-20T11:30:00Z'),
          compared_with: '11',
          changes: [{ op: 'remove', path: '/spec/replicas' }],
        },
        {
          ...version('11', '2026-11-20T11:00:00Z'),
          compared_with: '10',
          changes: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
        },
        {
          ...version('10', '2026-11-20T10:00:00Z'),
          changes: null,
          changes_missing: 'first stored version',
        },
      ],
    });
  });

  it('shows the present state alone where retention has dropped all versions', async () => {
    const present = {
      resource_version: '1',
      operation: 'upserted',
      version: 'v1',
      observed_at: '2026-11-20T10:00:00Z',
      recorded_at: '2026-11-20T10:00:00Z',
    };
    const answer = await read('here:young-uid/history');
    expect(answer).toEqual({
      count: 1,
      items: [{ ...present, changes: null, changes_missing: 'first stored version' }],
    });
    expect(await read('here:young-uid/history/1')).toMatchObject({ ...present, raw: { kind: 'Deployment' } });
  });

  it('tells where older versions may have been dropped', async () => {
    const { pool } = world.database;
    const oldest = async (uid: string) =>
      (await read(`here:${uid}/history?limit=100`)).items.at(-1)?.['changes_missing'];
    const dropped = 'earlier versions may have been dropped by retention';
    await pool.query(`update stream_horizons set position = 1 where stream = 'resources'`);
    try {
      expect([await oldest('cart-uid'), await oldest('young-uid')]).toEqual([dropped, dropped]);
      // Made after the oldest version that is left of any object.
      await pool.query(`update resources set created_at = '2026-11-20T11:30:00Z' where name = 'young'`);
      expect(await oldest('young-uid')).toBe('first stored version');
    } finally {
      await pool.query(`update stream_horizons set position = 0`);
    }
  });

  it('leaves out versions that came through another API group, which the user may not get', async () => {
    await insertResources(world.database.pool, [{ name: 'moved' }]);
    await insertHistory(world.database.pool, [
      { name: 'moved', resource_version: 1, raw: { a: 1 } },
      { name: 'moved', resource_version: 2, raw: { a: 2 }, api_group: 'extensions' },
      { name: 'moved', resource_version: 3, raw: { a: 3 } },
    ]);
    const { items } = await read('here:moved-uid/history');
    expect(items).toMatchObject([
      { resource_version: '3', compared_with: '1', changes: [{ path: '/a', value: 3 }] },
      { resource_version: '1' },
    ]);
    expect((await world.get('/resources/here:moved-uid/history/2', alice)).status).toBe(404);
  });

  it('tells that objects nested too deep are not compared, and gives them whole', async () => {
    const nested = (leaf: number) => `${'{"a": '.repeat(3_000)}${leaf}${'}'.repeat(3_000)}`;
    const { pool } = world.database;
    await insertResources(pool, [{ name: 'deep' }]);
    await insertHistory(pool, [{ name: 'deep' }, { name: 'deep' }]);
    for (const version of [1, 2]) {
      const text = nested(version);
      await pool.query(
        `update resource_history set raw = $1 where uid = 'deep-uid' and resource_version = $2`,
        [text, version],
      );
    }
    const { items } = await read('here:deep-uid/history');
    expect(items.map((item) => item['changes_missing'])).toEqual([
      'nested deeper than 1000 levels',
      'first stored version',
    ]);
    const whole = await world.get('/resources/here:deep-uid/history?raw=true', alice);
    expect(await whole.text()).toContain(nested(2));
  });

  it('takes the oldest version to each of the others by its patches, for any versions', async () => {
    const sequences = fc.sample(
      fc.array(fc.record({ spec: anyJson, status: anyJson }), { minLength: 2, maxLength: 6 }),
      { numRuns: 25, seed: 4 },
    );
    const { pool } = world.database;
    for (const [index, versions] of sequences.entries()) {
      const name = `any-${index}`;
      await insertResources(pool, [{ name }]);
      await insertHistory(
        pool,
        versions.map(() => ({ name })),
      );
      for (const [place, version] of versions.entries()) {
        await pool.query('update resource_history set raw = $1 where uid = $2 and resource_version = $3', [
          stringifyExactJson(version),
          `${name}-uid`,
          place + 1,
        ]);
      }
      const items: Record<string, unknown>[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const path = `/resources/here:${name}-uid/history?raw=true&limit=2&cursor=${cursor}`;
        const text = await (await world.get(path, alice)).text();
        const page = tagged(text) as Answer;
        items.unshift(...page.items.toReversed());
        cursor = page.cursor;
      }
      const [oldest, ...others] = items;
      const document = { root: structuredClone(oldest?.['raw']) };
      expect(document.root).toEqual(tagged(stringifyExactJson(versions[0]) ?? ''));
      for (const [place, item] of others.entries()) {
        const patch = (item['changes'] as Operation[]).map((step) => ({
          ...step,
          path: `/root${step.path}`,
        }));
        expect(applyPatch(document, structuredClone(patch)).filter((failure) => failure !== null)).toEqual(
          [],
        );
        expect(document.root).toEqual(item['raw']);
        expect(document.root).toEqual(tagged(stringifyExactJson(versions[place + 1]) ?? ''));
      }
      expect(others.length).toBe(versions.length - 1);
    }
  });

  it('compares across pages, and gives the whole objects where asked', async () => {
    const whole = await read('here:cart-uid/history?raw=true');
    expect(whole.items[2]).toMatchObject({ resource_version: '11', raw: { spec: { replicas: 3 } } });
    const paged: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page += 1) {
      const answer = await read(`here:cart-uid/history?raw=true&limit=1&cursor=${cursor}`);
      expect(answer.count).toBe(1);
      paged.push(...answer.items);
      cursor = answer.cursor ?? '';
    }
    expect(cursor).toBe('');
    expect(paged).toEqual(whole.items);
  });

  it('cuts pages of large versions by their bytes and goes on after them', async () => {
    const versions: unknown[] = [];
    let cursor: string | undefined = '';
    let pages = 0;
    for (; cursor !== undefined; pages += 1) {
      const answer: Answer = await read(`here:big-uid/history?limit=100&cursor=${cursor}`);
      versions.push(...answer.items.map((item) => item['resource_version']));
      cursor = answer.cursor;
    }
    expect(versions).toEqual(Array.from({ length: 6 }, (_, index) => String(25 - index)));
    expect(pages).toBeGreaterThan(1);
  });

  it('takes no cursor of another object, another user or somebody who changed it', async () => {
    const { cursor = '' } = await read('here:cart-uid/history?limit=1');
    for (const [path, token] of [
      [`here:big-uid/history?cursor=${cursor}`, alice],
      [`here:cart-uid/history?cursor=${cursor}`, admin],
      [`here:cart-uid/history?cursor=x${cursor}`, alice],
      [`here:cart-uid/events?cursor=${cursor}`, alice],
    ] as const) {
      expect((await world.get(`/resources/${path}`, token)).status).toBe(400);
    }
  });

  it('gives one version, and what changed from any other', async () => {
    expect(await read('here:cart-uid/history/11')).toMatchObject({ raw: { spec: { replicas: 3 } } });
    expect(await read('here:cart-uid/history/10?compare_with=12')).toMatchObject({
      compared_with: '12',
      changes: [{ op: 'add', path: '/spec/replicas', value: 1 }],
    });
    for (const path of ['history/99', 'history/10?compare_with=99']) {
      const answer = await world.get(`/resources/here:cart-uid/${path}`, alice);
      expect([answer.status, await answer.json()]).toMatchObject([
        404,
        { kind: 'Status', message: expect.stringContaining('is not stored') },
      ]);
    }
  });
});

describe('GET /resources/{global_uid}/tree', () => {
  it('shows owners and owned as far as the caller may get them', async () => {
    const shape = (answer: Answer) => answer.items.map(({ name, depth, owners }) => [name, depth, owners]);
    const all = await read('here:cart-rs-uid/tree?deleted=true', admin);
    expect(shape(all)).toEqual([
      ['cart-rs', 0, ['here:cart-uid']],
      ['cart', -1, []],
      ['cart-pod', 1, ['here:cart-rs-uid']],
    ]);
    expect(all.truncated).toBe(false);
    expect(shape(await read('here:cart-rs-uid/tree', admin))).toEqual([
      ['cart-rs', 0, []],
      ['cart-pod', 1, ['here:cart-rs-uid']],
    ]);
    // The ReplicaSet between them is not for alice, and so is what it owns from the Deployment's view.
    expect(shape(await read('here:cart-uid/tree?deleted=true'))).toEqual([['cart', 0, []]]);
    expect(shape(await read('here:cart-pod-uid/tree?deleted=true'))).toEqual([['cart-pod', 0, []]]);
    expect(await read('here:cart-uid/tree?deleted=true&depth=1', admin)).toMatchObject({
      count: 2,
      truncated: true,
    });
  });
});

it('the tree is what a walk over visible objects finds, for any graph, live and deleted', async () => {
  const { pool } = world.database;
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const graphs = fc.sample(
    fc.record({
      owners: fc.array(fc.subarray(names, { maxLength: 3 }), { minLength: 8, maxLength: 8 }),
      hidden: fc.subarray(names.slice(1)),
      deleted: fc.subarray(names.slice(1)),
      withDeleted: fc.boolean(),
    }),
    { numRuns: 40, seed: 4 },
  );
  for (const [index, { owners, hidden, deleted, withDeleted }] of graphs.entries()) {
    const uid = (name: string) => `graph-${index}-${name}-uid`;
    await insertResources(
      pool,
      names.map((name) => ({
        name: `graph-${index}-${name}`,
        // Alice may get objects in one of the two.
        namespace: hidden.includes(name) ? 'bank' : 'shop',
        deleted_at: deleted.includes(name) ? '2026-11-20T12:00:00Z' : null,
      })),
    );
    const updates = names.map((name, place) => ({ uid: uid(name), owners: (owners[place] ?? []).map(uid) }));
    await pool.query(
      `update resources r set owner_uids = u.owners
       from jsonb_to_recordset($1) as u (uid text, owners text[]) where r.uid = u.uid`,
      [JSON.stringify(updates)],
    );
    const there = names.filter((name) => !hidden.includes(name) && (withDeleted || !deleted.includes(name)));
    const isOwner = (owner: string, owned: string) =>
      (owners[names.indexOf(owned)] ?? []).includes(owner) && owner !== owned;
    const walk = (next: (from: string, to: string) => boolean): string[] => {
      const reached = ['a'];
      for (const from of reached) {
        reached.push(...there.filter((to) => next(from, to) && !reached.includes(to)));
      }
      return reached;
    };
    const expected = new Set([...walk((from, to) => isOwner(to, from)), ...walk(isOwner)]);
    const tree = await read(`here:${uid('a')}/tree?deleted=${withDeleted}`);
    expect(tree.items.map((item) => String(item['uid'])).toSorted()).toEqual([...expected].map(uid).sort());
    expect(tree.truncated).toBe(false);
  }
});

it('counts rights to single names, and those that a Role gives in the namespace which is the object', async () => {
  const { pool } = world.database;
  const get = { verbs: ['get'], apiGroups: ['', 'apps'] };
  await world.grant('bob', [{ ...get, resources: ['replicasets'], resourceNames: ['cart-rs'] }], 'shop');
  await world.grant('bob', [{ ...get, resources: ['pods'], resourceNames: ['cart-pod'] }], 'shop');
  await world.grant('bob', [{ ...get, resources: ['namespaces'] }], 'shop');
  const bob = await world.token('bob');
  const core = { api_group: '', namespace: '' };
  await insertResources(pool, [
    { name: 'cart-pod-2', namespace: 'shop', api_group: '', resource: 'pods', kind: 'Pod' },
    { name: 'shop', ...core, resource: 'namespaces', kind: 'Namespace' },
    { name: 'bank', ...core, resource: 'namespaces', kind: 'Namespace' },
  ]);
  await pool.query(`update resources set owner_uids = '{cart-rs-uid}' where name = 'cart-pod-2'`);
  await pool.query(`update resources set owner_uids = '{shop-uid,bank-uid}' where name = 'cart-rs'`);
  const names = (await read('here:cart-rs-uid/tree', bob)).items.map((item) => item['name']);
  expect(names).toEqual(['cart-rs', 'shop', 'cart-pod']);
  const status = async (path: string) => (await world.get(`/resources/${path}`, bob)).status;
  expect(await status('here:shop-uid/history')).toBe(200);
  expect(await status('here:bank-uid/history')).toBe(404);
  expect(await status('here:cart-pod-2-uid/history')).toBe(404);
});

describe('GET /resources/{global_uid}/events', () => {
  it('shows the events of the object to whoever may get it', async () => {
    const { items, count } = await read('here:cart-uid/events');
    expect(count).toBe(1);
    expect(items[0]).toMatchObject({ global_uid: 'here:cart-event-uid', resource_name: 'cart' });
    expect(items[0]).not.toHaveProperty('raw');
    expect((await read('here:cart-uid/events?raw=true')).items[0]).toHaveProperty('raw');
  });
});

it.each(['history', 'history/1', 'tree', 'events'])(
  'does not tell by /%s what exists from what the user may not get',
  async (path) => {
    const answers = await Promise.all(
      ['here:ledger-uid', 'here:missing-uid', 'elsewhere:abroad-uid', 'nowhere:x', 'x', ':'].map(
        async (id) => {
          const answer = await world.get(`/resources/${id}/${path}`, alice);
          return [answer.status, ((await answer.json()) as { message: string }).message];
        },
      ),
    );
    expect(new Set(answers.map(String))).toEqual(new Set(['404,resource not found']));
    expect((await world.get(`/resources/here:cart-uid/${path}`, undefined)).status).toBe(401);
  },
);

it.each([
  ['limit', 'history?limit=0'],
  ['limit', 'history?limit=101'],
  ['raw', 'history?raw=maybe'],
  ['cursor', 'history?cursor=x'],
  ['compare_with', 'history/10?compare_with=a&compare_with=b'],
  ['depth', 'tree?depth=21'],
  ['limit', 'tree?limit=2001'],
  ['deleted', 'tree?deleted=all'],
  ['limit', 'events?limit=1001'],
  ['cursor', 'events?cursor=x'],
])('names the field %s in the 400 for %s', async (field, path) => {
  const answer = await world.get(`/resources/here:cart-uid/${path}`, alice);
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { kind: 'Status', message: expect.stringMatching(`^invalid ${field}: `) },
  ]);
});

it('answers 304 to a client that has the tree already, and compresses what is long', async () => {
  const tree = await world.get('/resources/here:cart-uid/tree', alice);
  const headers = { 'if-none-match': tree.headers.get('etag') ?? 'none' };
  expect((await world.get('/resources/here:cart-uid/tree', alice, { headers })).status).toBe(304);
  const history = await world.get('/resources/here:big-uid/history?limit=1&raw=true', alice);
  expect(history.headers.get('content-encoding')).toBe('gzip');
});
