import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type EventFixture, insertEvents } from '../../test/support/insert-events.ts';
import { insertResources } from '../../test/support/insert-resources.ts';
import { openStream } from '../../test/support/open-stream.ts';
import { type ReadingWorld, startReadingWorld } from '../../test/support/reading-world.ts';
import { configSchema } from './config.ts';
import { startEventsPresenter } from './start-events-presenter.ts';

const composition = '0f9c2d1e-0000-4000-8000-000000000001';
const listEvents = { verbs: ['list'], apiGroups: [''], resources: ['events'] };
const getPods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const inBank = { namespace: 'bank', involved_object_name: 'ledger-1', involved_object_uid: 'ledger-1-uid' };

let world: ReadingWorld;
let admin: string;
let alice: string;
let bob: string;
let carol: string;
let nobody: string;

beforeAll(async () => {
  world = await startReadingWorld({
    schema: configSchema,
    start: startEventsPresenter,
    environment: { ACCESS_CACHE_TTL: '200ms', HEARTBEAT_INTERVAL: '300ms' },
  });
  const pod = { namespace: 'shop', api_group: '', resource: 'pods', kind: 'Pod' };
  await insertResources(world.database.pool, [{ name: 'web-1', ...pod }]);
  await insertEvents(world.database.pool, [
    { name: 'first', composition_id: composition },
    { name: 'second', created_at: '2026-11-20T11:00:00Z', ...inBank },
    { name: 'third', created_at: '2026-11-20T12:00:00Z', event_type: 'Warning' },
    { name: 'abroad', cluster_name: 'elsewhere' },
  ]);
  await world.grant('alice', [listEvents], 'shop');
  await world.grant('bob', [getPods], 'bank');
  await world.grant('carol', [{ ...getPods, resourceNames: ['ledger-1'] }], 'bank');
  admin = await world.token('root', ['system:masters']);
  [alice, bob, carol, nobody] = await Promise.all([
    world.token('alice'),
    world.token('bob'),
    world.token('carol'),
    world.token('nobody'),
  ]);
});
afterAll(() => world.stop());

type Page = { resources: Record<string, unknown>[]; cursor: string };

async function page(path: string, token: string): Promise<Page> {
  const answer = await world.get(path, token);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

async function uids(path: string, token: string): Promise<unknown[]> {
  return (await page(path, token)).resources.map((event) => event['global_uid']);
}

describe('GET /events', () => {
  it('words an event as the seed stack does, raw as text', async () => {
    const { resources, cursor } = await page(`/events?composition_id=${composition}&limit=200`, admin);
    expect(resources).toEqual([
      {
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        global_uid: 'here:first-uid',
        cluster_name: 'here',
        namespace: 'shop',
        resource_kind: 'v1.Pod',
        resource_name: 'web-1',
        involved_object_uid: 'web-1-uid',
        event_type: 'Normal',
        reason: 'Started',
        message: 'Started container web',
        composition_id: composition,
        created_at: '2026-11-20T10:00:00Z',
        raw: expect.any(String),
      },
    ]);
    expect(JSON.parse(String(resources[0]?.['raw']))).toMatchObject({ kind: 'Event' });
    expect(cursor).toBe('');
  });

  it('shows who may list events of a namespace just these, and who may get an object those about it', async () => {
    expect(await uids('/events', admin)).toEqual(['here:third-uid', 'here:second-uid', 'here:first-uid']);
    expect(await uids('/events', alice)).toEqual(['here:third-uid', 'here:first-uid']);
    expect(await uids('/events?namespace=shop', alice)).toEqual(['here:third-uid', 'here:first-uid']);
    expect(await uids('/events?namespace=bank', alice)).toEqual([]);
    expect(await uids('/events', bob)).toEqual(['here:second-uid']);
    expect(await uids('/events', nobody)).toEqual([]);
    expect(await uids('/events?cluster=elsewhere', admin)).toEqual([]);
  });

  it('gives an empty list as a list', async () => {
    expect(await page('/events?kind=Nothing', admin)).toEqual({ resources: [], cursor: '' });
  });

  it('pages until the cursor is empty, which the last page has', async () => {
    const first = await page('/events?limit=2', admin);
    const second = await page(`/events?limit=2&cursor=${first.cursor}`, admin);
    expect([...first.resources, ...second.resources].map((event) => event['global_uid'])).toEqual([
      'here:third-uid',
      'here:second-uid',
      'here:first-uid',
    ]);
    expect(second.cursor).toBe('');
    for (const [path, token] of [
      ['/events?limit=2', alice] as const,
      ['/events?kind=Pod&limit=2', admin] as const,
    ]) {
      expect((await world.get(`${path}&cursor=${first.cursor}`, token)).status).toBe(400);
    }
  });

  it('takes the filters that the seed stack lacked, counts and summarises', async () => {
    expect(await uids('/events?kind=Pod,Node&type=Warning', admin)).toEqual(['here:third-uid']);
    expect(await uids('/events?text=started%20contain', admin)).toHaveLength(3);
    expect(await uids('/events?until=2026-11-20T11:30:00Z&involved_name=ledger-1', admin)).toEqual([
      'here:second-uid',
    ]);
    // About objects that alice may not get, whose labels she must not learn.
    expect(await uids('/events?label_selector=!app', admin)).toEqual(['here:third-uid', 'here:first-uid']);
    expect(await uids('/events?label_selector=!app', alice)).toEqual([]);
    const chosen = await page('/events?fields=reason,namespace&raw=false&limit=1', admin);
    expect(chosen.resources).toEqual([{ reason: 'Started', namespace: 'shop' }]);
    const json = async (path: string, token: string): Promise<unknown> =>
      (await world.get(path, token)).json();
    expect(await json('/events/count', admin)).toEqual({ count: 3, exact: true });
    expect(await json('/events/count', bob)).toEqual({ count: 1, exact: true });
    expect(await json('/events/count', nobody)).toEqual({ count: 0, exact: true });
    expect(await json('/events/summary?by=type', alice)).toEqual({
      by: 'type',
      exact: true,
      items: [
        { type: 'Normal', count: 1 },
        { type: 'Warning', count: 1 },
      ],
    });
  });

  it('takes the same parameters as JSON by POST', async () => {
    const answer = await world.get('/events', admin, {
      method: 'POST',
      body: JSON.stringify({ kind: 'Pod', limit: 1 }),
    });
    expect(((await answer.json()) as Page).resources).toHaveLength(1);
    const refused = await world.get('/events', admin, { method: 'POST', body: '{"knd":"Pod"}' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('invalid knd: unknown parameter');
  });

  it.each([
    ['composition_id', 'composition_id=7'],
    ['since', 'since=now'],
    ['labels', 'labels=app'],
    ['label_selector', 'label_selector=app in (a'],
    ['limit', 'limit=-1'],
    ['cursor', 'cursor=x'],
  ])('names %s in the 400 for %s', async (field, query) => {
    const answer = await world.get(`/events?${query}`, admin);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      kind: 'Status',
      message: expect.stringMatching(`^invalid ${field}: `),
    });
  });

  it('refuses who has no token', async () => {
    expect((await world.get('/events', undefined)).status).toBe(401);
    expect((await world.get('/events', 'forged')).status).toBe(401);
  });
});

async function open(token: string, query = '', lastEventId?: string) {
  const stream = await openStream(`${world.url}/notifications${query}`, { token, lastEventId });
  return {
    ...stream,
    uids: () =>
      stream.frames
        .filter(({ event }) => event === 'krateo')
        .map(({ data }) => (JSON.parse(data) as { global_uid: string }).global_uid),
  };
}

async function commit(...events: EventFixture[]): Promise<void> {
  await insertEvents(world.database.pool, events);
}

describe('GET /notifications', () => {
  it('sends headers and a greeting at once, and heartbeats while it is quiet', async () => {
    const answer = await world.get('/notifications', admin);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('cache-control')).toContain('no-cache');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('heartbeat')) text += (await reader?.read())?.value ?? '';
    expect(text).toMatch(/^: connected\nretry: 2000\nid: [A-Za-z0-9_-]+\n\n/);
    await reader?.cancel();
  });

  it('sends each user what they may see, as the seed stack words it plus an id', async () => {
    const streams = await Promise.all([admin, alice, bob, carol, nobody].map((token) => open(token)));
    await commit(
      { name: 'in-shop' },
      { name: 'about-ledger', ...inBank },
      { name: 'far', cluster_name: 'elsewhere' },
      { name: 'about-other', ...inBank, involved_object_name: 'other' },
    );
    await eventually(() => {
      expect(streams.map((stream) => stream.uids())).toEqual([
        ['here:in-shop-uid', 'here:about-ledger-uid', 'here:about-other-uid'],
        ['here:in-shop-uid'],
        ['here:about-ledger-uid', 'here:about-other-uid'],
        ['here:about-ledger-uid'],
        [],
      ]);
    }, 5_000);
    const [frame] = streams[0]?.frames ?? [];
    expect(frame?.event).toBe('krateo');
    expect(frame?.id).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(Object.keys(JSON.parse(frame?.data ?? '{}') as object)).not.toContain('raw');
    await Promise.all(streams.map((stream) => stream.leave()));
  });

  it('sends only one composition where that is asked for', async () => {
    const stream = await open(admin, `?composition_id=${composition}`);
    await commit({ name: 'other' }, { name: 'member', composition_id: composition });
    await eventually(() => expect(stream.uids()).toEqual(['here:member-uid']), 5_000);
    await stream.leave();
  });

  it('sends only what its filters take', async () => {
    const streams = await Promise.all([
      open(admin, '?namespace=bank'),
      open(admin, '?type=Warning&kind=Pod'),
      open(admin, '?reason=Killing,Pulled&involved_name=web-1'),
    ]);
    await commit(
      { name: 'a', ...inBank },
      { name: 'b', event_type: 'Warning' },
      { name: 'c', reason: 'Killing' },
    );
    await eventually(() => {
      expect(streams.map((stream) => stream.uids())).toEqual([
        ['here:a-uid'],
        ['here:b-uid'],
        ['here:c-uid'],
      ]);
    }, 5_000);
    await Promise.all(streams.map((stream) => stream.leave()));
  });

  it('goes on after the last id, by header or by parameter, and for a filter too', async () => {
    const stream = await open(admin);
    await commit({ name: 'seen' });
    await eventually(() => expect(stream.uids()).toEqual(['here:seen-uid']), 5_000);
    await stream.leave();
    const last = stream.frames.at(-1)?.id ?? '';
    await commit({ name: 'missed-1', composition_id: composition }, { name: 'missed-2' });
    const again = await Promise.all([
      open(admin, '', last),
      open(admin, `?lastEventId=${last}`),
      open(admin, `?composition_id=${composition}`, last),
    ]);
    await eventually(() => {
      expect(again.map((one) => one.uids())).toEqual([
        ['here:missed-1-uid', 'here:missed-2-uid'],
        ['here:missed-1-uid', 'here:missed-2-uid'],
        ['here:missed-1-uid'],
      ]);
    }, 5_000);
    await Promise.all(again.map((one) => one.leave()));
  });

  it('says resync for an id that it never gave, and for one that retention has overtaken', async () => {
    const stream = await open(admin);
    await commit({ name: 'old' });
    await eventually(() => expect(stream.uids()).toHaveLength(1), 5_000);
    await stream.leave();
    await commit({ name: 'dropped' });
    await world.database.pool.query(
      `update stream_horizons set position = (select max(position) from events) where stream = 'events'`,
    );
    const gone = await Promise.all([
      open(admin, '', stream.frames.at(-1)?.id),
      open(admin, '', '4711'),
      open(admin, '?lastEventId=krateo'),
    ]);
    await commit({ name: 'next' });
    for (const one of gone) {
      await eventually(
        () => expect(one.frames.map(({ event }) => event)).toEqual(['resync', 'krateo']),
        5_000,
      );
      await one.leave();
    }
  });

  it('stops sending within seconds when a right is taken away, and goes on when it is back', async () => {
    const right = await world.grant('dave', [listEvents], 'shop');
    const dave = await world.token('dave');
    const witness = await open(admin);
    const stream = await open(dave);
    await commit({ name: 'before' });
    await eventually(() => expect(stream.uids()).toEqual(['here:before-uid']), 5_000);
    await right.revoke();
    await eventually(async () => expect(await uids('/events', dave)).toEqual([]), 5_000);
    await commit({ name: 'meanwhile' });
    // What is handed out while the right is away counts, so it must have been handed out before the right is back.
    await eventually(() => expect(witness.uids()).toContain('here:meanwhile-uid'), 5_000);
    await world.grant('dave', [listEvents], 'shop');
    await eventually(async () => expect(await uids('/events', dave)).toContain('here:before-uid'), 5_000);
    await commit({ name: 'after' });
    // In the order of commits: with the last one here, the one before it was held back.
    await eventually(() => expect(stream.uids()).toEqual(['here:before-uid', 'here:after-uid']), 5_000);
    await Promise.all([stream.leave(), witness.leave()]);
  });

  it('refuses who has no token, and parameters that are wrong', async () => {
    expect((await world.get('/notifications', undefined)).status).toBe(401);
    const refused = await world.get('/notifications?composition_id=x', admin);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      kind: 'Status',
      message: expect.stringContaining('composition_id'),
    });
    expect((await world.get('/notifications', admin, { method: 'POST' })).status).toBe(405);
    expect((await world.get('/notifications', admin, { method: 'OPTIONS' })).status).toBe(204);
  });

  it('finds events whose wake-up never came, because the LISTEN connection was cut', async () => {
    const stream = await open(admin);
    await world.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name = 'events-presenter'`,
    );
    await commit({ name: 'unheard' });
    await eventually(() => expect(stream.uids()).toEqual(['here:unheard-uid']));
    await eventually(async () => expect((await world.get('/readyz', undefined)).status).toBe(200), 10_000);
    await stream.leave();
  });
});
