import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { insertHistory } from '../../test/support/insert-history.ts';
import { openStream } from '../../test/support/open-stream.ts';
import { type ReadingWorld, startReadingWorld } from '../../test/support/reading-world.ts';
import { configSchema } from './config.ts';
import { startResourcesPresenter } from './start-resources-presenter.ts';

const watchDeployments = { verbs: ['watch'], apiGroups: ['apps'], resources: ['deployments'] };

let world: ReadingWorld;
let admin: string;

beforeAll(async () => {
  world = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
  admin = await world.token('root', ['system:masters']);
  await world.grant('alice', [watchDeployments], 'shop');
  await world.grant('bob', [{ ...watchDeployments, verbs: ['list', 'get'] }], 'shop');
  await world.grant('carol', [{ ...watchDeployments, resourceNames: ['cart'] }], 'shop');
});
afterAll(() => world.stop());

async function open(token: string, query: string, lastEventId?: string) {
  const stream = await openStream(`${world.url}/resources/stream?${query}`, { token, lastEventId });
  return {
    ...stream,
    seen: () =>
      stream.frames
        .filter(({ event }) => event === 'resource')
        .map(({ data }) => JSON.parse(data) as { operation: string; name: string; raw?: unknown })
        .map(({ operation, name }) => `${operation} ${name}`),
  };
}

describe('GET /resources/stream', () => {
  it('sends changes to who may watch the objects', async () => {
    const query = 'group=apps&resource=deployments&namespace=*';
    const tokens = [
      admin,
      ...(await Promise.all(['alice', 'bob', 'carol'].map((name) => world.token(name)))),
    ];
    const streams = await Promise.all([
      ...tokens.map((token) => open(token, query)),
      open(tokens[3] ?? '', `${query}&name=cart`),
    ]);
    await insertHistory(world.database.pool, [
      { name: 'cart' },
      { name: 'ledger', namespace: 'bank' },
      { name: 'cart', operation: 'deleted' },
      { name: 'vault', resource: 'statefulsets', kind: 'StatefulSet' },
      { name: 'abroad', cluster_name: 'elsewhere' },
    ]);
    await eventually(() => {
      expect(streams.map((stream) => stream.seen())).toEqual([
        ['upserted cart', 'upserted ledger', 'deleted cart'],
        ['upserted cart', 'deleted cart'],
        [],
        [],
        ['upserted cart', 'deleted cart'],
      ]);
    }, 10_000);
    const [frame] = streams[0]?.frames ?? [];
    expect(JSON.parse(frame?.data ?? '')).toMatchObject({
      operation: 'upserted',
      global_uid: 'here:cart-uid',
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      cluster_name: 'here',
    });
    await Promise.all(streams.map((stream) => stream.leave()));
  });

  it('tells when labels bring an object into the selection and take it out again', async () => {
    const labelled = (app: string) => ({ name: 'moving', raw: { metadata: { labels: { app } } } });
    const streams = await Promise.all([
      open(admin, 'group=apps&namespace=*&label_selector=app%3Dweb'),
      open(admin, `group=apps&namespace=*&labels=${encodeURIComponent('{"app":"web"}')}`),
    ]);
    for (const app of ['db', 'web', 'web', 'db', 'db'])
      await insertHistory(world.database.pool, [labelled(app)]);
    await insertHistory(world.database.pool, [{ ...labelled('db'), operation: 'deleted' }]);
    for (const stream of streams) {
      await eventually(() => {
        expect(stream.seen()).toEqual(['upserted moving', 'upserted moving', 'left moving']);
      }, 10_000);
      await stream.leave();
    }
  });

  it('sends whole objects where they are asked for', async () => {
    const stream = await open(admin, 'group=apps&namespace=shop&raw=true');
    await insertHistory(world.database.pool, [{ name: 'whole', raw: { spec: { replicas: 3 } } }]);
    await eventually(() => expect(stream.seen()).toEqual(['upserted whole']), 10_000);
    expect(JSON.parse(stream.frames[0]?.data ?? '')).toMatchObject({ raw: { spec: { replicas: 3 } } });
    await stream.leave();
  });

  it('goes on after the last id, and says resync where it cannot', async () => {
    const query = 'group=apps&namespace=shop';
    const stream = await open(admin, query);
    await insertHistory(world.database.pool, [{ name: 'seen' }]);
    await eventually(() => expect(stream.seen()).toEqual(['upserted seen']), 10_000);
    await stream.leave();
    await insertHistory(world.database.pool, [{ name: 'missed' }]);
    const again = await open(admin, query, stream.lastId());
    await eventually(() => expect(again.seen()).toEqual(['upserted missed']), 10_000);
    await again.leave();
    const lost = await open(admin, query, 'made-up');
    expect(lost.frames[0]?.event).toBe('resync');
    await lost.leave();
  });

  it('refuses who has no token, and parameters that are wrong', async () => {
    expect((await world.get('/resources/stream?group=apps', undefined)).status).toBe(401);
    for (const query of ['', 'group=apps&raw=x', 'group=apps&label_selector=a%20in']) {
      expect((await world.get(`/resources/stream?${query}`, admin)).status).toBe(400);
    }
  });
});
