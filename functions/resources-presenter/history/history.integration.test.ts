import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
      // Random, so that it cannot be stored smaller than it is.
      raw: { version: index, text: randomBytes(500_000).toString('base64') },
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
          changes_missing: 'oldest stored version',
        },
      ],
    });
    expect(await read('here:young-uid/history')).toEqual({ count: 0, items: [] });
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
    for (const path of ['history/99', 'history/10?compare_with=99', 'history/%00']) {
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
      ['here:ledger-uid', 'here:missing-uid', 'elsewhere:abroad-uid', 'nowhere:x', 'x', ':', 'here:a%00'].map(
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
