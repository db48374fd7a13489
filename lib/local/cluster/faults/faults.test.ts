import { afterEach, beforeEach, expect, test } from 'vitest';

import { type ApiClient, apiClient, untilLines } from '../../../../test/support/api-client.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../start-cluster.ts';

let cluster: DevelopmentCluster;
let client: ApiClient;
beforeEach(async () => {
  cluster = await startCluster({
    tokens: conformanceTokens,
    controllers: 'api-server',
    faultsToken: 'let-it-break',
    settings: { bookmarkIntervalMs: 10 },
  });
  client = apiClient(cluster.url);
});
afterEach(() => cluster.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const create = (name: string) => client.send('POST', configMaps, { metadata: { name } });

test('watches are dropped politely or broken', async () => {
  const ended = await client.watch(`${configMaps}?watch=true`);
  cluster.faults.dropWatches('end');
  await eventually(() => expect(ended.state()).toBe('ended'));
  const broken = await client.watch(`${configMaps}?watch=true`);
  cluster.faults.dropWatches();
  await eventually(() => expect(broken.state()).toBe('broken'));
});

test('a stalled watch says nothing and stays open, then catches up', async () => {
  const watch = await client.watch(`${configMaps}?watch=true`);
  cluster.faults.stallWatches(true);
  await create('a');
  await client.send('GET', configMaps);
  expect([watch.lines(), watch.state()]).toEqual([[], 'open']);
  cluster.faults.stallWatches(false);
  await untilLines(watch, 1);
  watch.close();
});

test('a line breaks in its middle', async () => {
  const watch = await client.watch(`${configMaps}?watch=true`);
  await create('a');
  await untilLines(watch, 1);
  cluster.faults.breakNextLine();
  await create('b');
  await eventually(() => expect(watch.state()).toBe('broken'));
  expect(watch.summary()).toEqual(['ADDED a']);
  expect(watch.rest()).toMatch(/^\{"type":"ADDED"/);
});

test('a restart breaks watches and forgets their history, but no exact reads', async () => {
  await create('a');
  const { revision } = cluster.state.store;
  await create('b');
  const watch = await client.watch(`${configMaps}?watch=true&resourceVersion=${revision}`);
  await untilLines(watch, 1);
  cluster.faults.restart();
  await eventually(() => expect(watch.state()).toBe('broken'));
  const again = await client.watch(`${configMaps}?watch=true&resourceVersion=${revision}`);
  await eventually(() => expect(again.state()).toBe('ended'));
  expect(again.lines()).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  const exact = await client.send(
    'GET',
    `${configMaps}?resourceVersion=${revision}&resourceVersionMatch=Exact&limit=5`,
  );
  expect((exact.body['items'] as unknown[]).length).toBe(1);
});

test('requests are refused so many times, with a time to wait', async () => {
  cluster.faults.refuse(429, 2, 7);
  const answers = [1, 2, 3].map(() => client.send('GET', configMaps));
  const statuses = (await Promise.all(answers)).map(({ status }) => status).sort((a, b) => a - b);
  expect(statuses).toEqual([200, 429, 429]);
  cluster.faults.refuse(500, 1);
  expect((await client.send('GET', configMaps)).status).toBe(500);
  cluster.faults.refuse(429, 1, 7);
  const refused = await client.send('GET', configMaps);
  expect(refused.headers.get('retry-after')).toBe('7');
  expect(refused.body['details']).toEqual({ retryAfterSeconds: 7 });
});

test('a continued list is told that its version is gone and gets a token to go on', async () => {
  for (const name of ['a', 'b', 'c']) await create(name);
  const first = await client.send('GET', `${configMaps}?limit=1`);
  cluster.faults.expire(1);
  const path = `${configMaps}?limit=5&continue=`;
  const gone = await client.send('GET', `${path}${String(first.body.metadata['continue'])}`);
  expect([gone.status, gone.body['reason']]).toEqual([410, 'Expired']);
  const rest = await client.send('GET', `${path}${String(gone.body.metadata['continue'])}`);
  expect(
    (rest.body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name),
  ).toEqual(['b', 'c']);
});

test('bookmarks stop until faults are cleared', async () => {
  cluster.faults.setBookmarks(false);
  const watch = await client.watch(
    `${configMaps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  );
  await create('a');
  await untilLines(watch, 1);
  expect(watch.summary()).toEqual(['ADDED a']);
  cluster.faults.clear();
  await untilLines(watch, 2);
  expect(watch.lines()[1]?.type).toBe('BOOKMARK');
  watch.close();
});

test('a process of its own takes faults over HTTP from whoever has the token', async () => {
  const send = (token: string, fault: unknown) =>
    client.send('POST', '/kubemirror-faults', fault, { authorization: `Bearer ${token}` });
  expect((await send('admin-token', { fault: 'clear' })).status).toBe(401);
  expect((await send('let-it-break', { fault: 'refuse', code: 418 })).status).toBe(400);
  expect((await send('let-it-break', { fault: 'refuse', code: 503, count: 1 })).status).toBe(200);
  expect((await client.send('GET', configMaps)).status).toBe(503);
  expect((await client.send('GET', configMaps)).status).toBe(200);
});
