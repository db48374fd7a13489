import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema as eventsConfig } from '../../functions/events-presenter/config.ts';
import { startEventsPresenter } from '../../functions/events-presenter/start-events-presenter.ts';
import { configSchema as resourcesConfig } from '../../functions/resources-presenter/config.ts';
import { startResourcesPresenter } from '../../functions/resources-presenter/start-resources-presenter.ts';
import { eventually } from '../support/eventually.ts';
import { insertEvents } from '../support/insert-events.ts';
import { insertResources } from '../support/insert-resources.ts';
import { openStream } from '../support/open-stream.ts';
import { type ReadingWorld, startReadingWorld } from '../support/reading-world.ts';
import { createRawSender, type RawAnswer } from '../support/send-raw.ts';

/**
 * What clients of the stack before this one really send, byte for byte where encoding matters, and what they take out
 * of the answers. They are not changed when the server is.
 */
const composition = '0f9c2d1e-0000-4000-8000-000000000001';
const other = '0f9c2d1e-0000-4000-8000-000000000002';

let events: ReadingWorld;
let resources: ReadingWorld;
let token: string;

beforeAll(async () => {
  [events, resources] = await Promise.all([
    startReadingWorld({ schema: eventsConfig, start: startEventsPresenter }),
    startReadingWorld({ schema: resourcesConfig, start: startResourcesPresenter }),
  ]);
  // Both worlds sign with the same key.
  token = await events.token('root', ['system:masters']);
  await insertEvents(
    events.database.pool,
    Array.from({ length: 125 }, (_, index) => ({
      name: `event-${index}`,
      created_at: new Date(Date.UTC(2026, 10, 20, 10) + (index >> 1) * 1_000).toISOString(),
      composition_id: index % 5 === 0 ? composition : other,
    })),
  );
  const panel = {
    api_group: 'widgets.templates.krateo.io',
    api_version: 'v1beta1',
    kind: 'Panel',
    resource: 'panels',
  };
  await insertResources(
    resources.database.pool,
    Array.from({ length: 12 }, (_, index) => {
      const labels: Record<string, string> =
        index % 2 === 0 ? { 'krateo.io/portal-page': 'compositions' } : { 'krateo.io/portal-page': 'other' };
      return { name: `panel-${index}`, namespace: `team-${index % 3}`, labels, ...panel };
    }),
  );
});
afterAll(async () => {
  await events.stop();
  await resources.stop();
});

/** A path as it is, because RESTActions put values into URLs without encoding them. */
async function get(
  world: ReadingWorld,
  path: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const sender = createRawSender(world.url);
  try {
    return await sender.send({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  } finally {
    sender.close();
  }
}

async function json<Body>(world: ReadingWorld, path: string): Promise<Body> {
  const answer = await get(world, path);
  expect([answer.status, answer.contentType]).toEqual([200, 'application/json']);
  return JSON.parse(answer.text) as Body;
}

type EventList = { resources: Record<string, unknown>[]; cursor: string };
type ResourceList = { count: number; items: { name: string; raw?: object }[]; cursor?: string };

describe('the portal', () => {
  it('reads all notifications with cursors that it does not encode, until there is none', async () => {
    const seen: unknown[] = [];
    for (let cursor = '', pages = 0; ; pages += 1) {
      expect(pages).toBeLessThan(10);
      const page: EventList = await json(events, cursor === '' ? '/events' : `/events?cursor=${cursor}`);
      expect(page.resources.length).toBeLessThanOrEqual(50);
      seen.push(...page.resources.map((event) => event['global_uid']));
      expect(page.cursor).toMatch(/^[\w~.-]*$/);
      cursor = page.cursor;
      if (cursor === '') break;
    }
    expect(new Set(seen).size).toBe(125);
    expect(seen).toHaveLength(125);
  });

  it('shows the events of a composition: all that its schema needs, as texts, and nothing that it forbids', async () => {
    const { resources: items } = await json<EventList>(
      events,
      `/events?composition_id=${composition}&limit=200`,
    );
    expect(items).toHaveLength(25);
    const needed = [
      'global_uid',
      'cluster_name',
      'namespace',
      'resource_kind',
      'resource_name',
      'event_type',
      'reason',
      'message',
      'created_at',
      'raw',
    ];
    // The last is what the seed sends and its own schema lacks; RESTActions take it out.
    const known = [...needed, 'involved_object_uid', 'composition_id', 'event_id'];
    for (const item of items) {
      for (const name of needed) expect(item[name], name).toBeTypeOf('string');
      expect(Object.keys(item).filter((name) => !known.includes(name))).toEqual([]);
    }
  });

  it('follows the events of a composition as its polyfill of EventSource does, and comes back with the last id', async () => {
    const path = `${events.url}/notifications?composition_id=${composition}`;
    const first = await openStream(path, { token });
    await insertEvents(events.database.pool, [
      { name: 'live-other', composition_id: other },
      { name: 'live-1', composition_id: composition },
    ]);
    await eventually(() => expect(first.frames).toHaveLength(1));
    await first.leave();
    expect(first.frames[0]?.event).toBe('krateo');
    expect(JSON.parse(first.frames[0]?.data ?? '')).toMatchObject({
      global_uid: 'here:live-1-uid',
      composition_id: composition,
    });
    expect(JSON.parse(first.frames[0]?.data ?? '')).not.toHaveProperty('raw');
    await insertEvents(events.database.pool, [{ name: 'live-2', composition_id: composition }]);
    const again = await openStream(`${path}&lastEventId=${encodeURIComponent(first.lastId() ?? '')}`, {
      token,
    });
    await eventually(() =>
      expect(again.frames.map(({ data }) => JSON.parse(data).global_uid)).toEqual(['here:live-2-uid']),
    );
    await again.leave();
  });

  it('may ask from any page, at every address', async () => {
    const addresses = [
      [events, '/events'],
      [events, '/notifications'],
      [resources, '/resources'],
      [resources, '/resources/here:panel-0-uid'],
    ] as const;
    for (const [world, path] of addresses) {
      const preflight = await fetch(`${world.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://portal.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization,x-auth-code,x-krateo-traceid',
        },
      });
      expect(preflight.status, path).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin'), path).toBe('*');
      const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
      for (const name of ['authorization', 'x-auth-code', 'x-krateo-traceid'])
        expect(allowed).toContain(name);
      const refused = await fetch(`${world.url}${path}`, { headers: { origin: 'https://portal.example' } });
      expect([refused.status, refused.headers.get('access-control-allow-origin')], path).toEqual([401, '*']);
      await refused.body?.cancel();
    }
  });
});

describe('pages of compositions', () => {
  const path =
    '/resources?group=widgets.templates.krateo.io&resource=panels&version=v1beta1&namespace=*&raw=true';
  const labels = '{"krateo.io/portal-page":"compositions"}';

  it('are read page by page, with labels as JSON that nobody encoded', async () => {
    const names: string[] = [];
    for (let cursor = '', pages = 0; ; pages += 1) {
      expect(pages).toBeLessThan(5);
      const page: ResourceList = await json(resources, `${path}&limit=4${cursor}&labels=${labels}`);
      expect(page.count).toBe(page.items.length);
      for (const { name, raw } of page.items) {
        expect(raw).toMatchObject({ kind: 'Panel' });
        names.push(name);
      }
      if (page.cursor === undefined) break;
      expect(page.cursor).toMatch(/^[\w~.-]+$/);
      cursor = `&cursor=${page.cursor}`;
    }
    expect(names.sort()).toEqual(['panel-0', 'panel-10', 'panel-2', 'panel-4', 'panel-6', 'panel-8']);
  });

  it.each(['limit=5000', 'limit=null', ''])('are read at once with %s', async (limit) => {
    const page = await json<ResourceList>(resources, `${path}&${limit}&labels=${encodeURIComponent(labels)}`);
    expect([page.count, page.cursor]).toEqual([6, undefined]);
  });

  it('take the same as a body', async () => {
    const answer = await fetch(`${resources.url}/resources`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        group: 'widgets.templates.krateo.io',
        resource: 'panels',
        namespace: '*',
        labels: JSON.parse(labels),
        limit: 5,
        raw: true,
      }),
    });
    expect(answer.status).toBe(200);
    expect((await answer.json()) as ResourceList).toMatchObject({ count: 5, cursor: expect.any(String) });
  });

  it('show one object by its global id, with its status unless that is not wanted', async () => {
    const page = await json<ResourceList>(resources, '/resources/here:panel-0-uid');
    expect(page).toMatchObject({ count: 1, items: [{ name: 'panel-0', raw: { kind: 'Panel' } }] });
    const short = await json<ResourceList>(
      resources,
      '/resources/here:panel-0-uid?raw=false&status_raw=false',
    );
    expect(short.items[0]).not.toHaveProperty('raw');
  });
});
