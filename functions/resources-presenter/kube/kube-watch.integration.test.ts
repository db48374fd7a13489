import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { insertHistory } from '../../../test/support/insert-history.ts';
import { insertResources } from '../../../test/support/insert-resources.ts';
import { openWatch } from '../../../test/support/open-watch.ts';
import { type ReadingWorld, startReadingWorld } from '../../../test/support/reading-world.ts';
import { shortLivedToken } from '../../../test/support/short-lived-token.ts';
import { configSchema } from '../config.ts';
import { startResourcesPresenter } from '../start-resources-presenter.ts';

const signKey = 'a sign key for watches that end';
const list = '/apis/apps/v1/namespaces/shop/deployments';
const read = { verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] };
const path = `${list}?watch=1`;
const forms = {
  object: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  metadata: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
} as const;

let world: ReadingWorld;

const tokenFor = (username: string, seconds: number): Promise<string> =>
  shortLivedToken(username, seconds, signKey);

/** Rights count as soon as the presenter's watch on RBAC has them. */
async function mayList(token: string): Promise<void> {
  await eventually(async () => {
    const { status } = await world.get(list, token);
    if (status !== 200) throw new Error(`Cannot list: ${status}, expected 200`);
  });
}

let changes: Promise<number> = Promise.resolve(1_000);

/** One after the other, because the tests run side by side and a cluster's versions are in the order of its changes. */
function change(name: string): Promise<number> {
  changes = changes.then(async (last) => {
    const metadata = { name, namespace: 'shop', resourceVersion: String(last + 1) };
    const raw = { apiVersion: 'apps/v1', kind: 'Deployment', metadata };
    await insertHistory(world.database.pool, [{ name, raw, resource_version: last + 1 }]);
    return last + 1;
  });
  return changes;
}

beforeAll(async () => {
  world = await startReadingWorld({
    schema: configSchema,
    start: startResourcesPresenter,
    environment: { HEARTBEAT_INTERVAL: '100ms', JWT_SIGN_KEY: signKey },
  });
  await insertResources(world.database.pool, [{ name: 'there' }]);
  await Promise.all(['alice', 'bookish'].map((user) => world.grant(user, [read], 'shop')));
});
afterAll(() => world.stop());

describe.concurrent('a watch', () => {
  it('tells by bookmarks, to who allows them, how far it has come', async () => {
    const user = await tokenFor('bookish', 600);
    await mayList(user);
    const open = (more: string, form: keyof typeof forms = 'object') =>
      openWatch(`${world.url}${path}${more}`, user, forms[form]);
    const quiet = await open('');
    const bookmark = '&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnobody';
    const marked = await Promise.all(
      (['object', 'table', 'metadata'] as const).map((form) => open(bookmark, form)),
    );
    const first = await change('first');
    for (const [index, kind] of ['Deployment', 'Table', 'PartialObjectMetadata'].entries()) {
      const { events } = marked[index] as (typeof marked)[number];
      await eventually(() => {
        const last = events.at(-1);
        expect(last).toMatchObject({ type: 'BOOKMARK', object: { kind } });
        expect(Number(last?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(first);
      });
    }
    const from = marked[0]?.events.at(-1)?.object.metadata.resourceVersion;
    const next = await open(`&resourceVersion=${from}`);
    await change('second');
    await eventually(() => expect(next.seen()).toContain('ADDED second'));
    expect(next.seen()).not.toContain('ADDED first');
    await eventually(() => expect(quiet.seen()).toContain('ADDED second'));
    expect(quiet.seen().filter((text) => text.startsWith('BOOKMARK'))).toEqual([]);
    await Promise.all([quiet, next, ...marked].map((stream) => stream.leave()));
  });

  it('ends after the time that the client asks for, without a word', async () => {
    const token = await tokenFor('alice', 600);
    await mayList(token);
    const stream = await openWatch(`${world.url}${path}&timeoutSeconds=1`, token);
    await stream.ended;
    expect(stream.events.map(({ type }) => type)).not.toContain('ERROR');
  });

  it('ends when the token is over', async () => {
    await mayList(await tokenFor('alice', 600));
    const stream = await openWatch(`${world.url}${path}`, await tokenFor('alice', 2));
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 401, reason: 'Unauthorized' },
    });
  });

  it('ends when the right to it is taken away, and shows nothing meanwhile', async () => {
    const { revoke } = await world.grant('bob', [read], 'shop');
    const token = await tokenFor('bob', 600);
    await mayList(token);
    const stream = await openWatch(`${world.url}${path}`, token);
    await change('shown');
    await eventually(() => expect(stream.seen()).toContain('ADDED shown'));
    await revoke();
    await eventually(async () => expect((await world.get(list, token)).status).toBe(403));
    await change('hidden');
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 403, reason: 'Forbidden' } });
    expect(stream.seen()).not.toContain('ADDED hidden');
  });
});
