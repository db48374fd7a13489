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
    settings: { bookmarkIntervalMs: 20, slowWatcherMs: 0, maxQueuedWatchEvents: 10 },
  });
  client = apiClient(cluster.url);
});
afterEach(() => cluster.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const create = (name: string, labels = {}, data = {}) =>
  client.send('POST', configMaps, { metadata: { name, labels }, data });

test('a watch from a version shows what happened since, and goes on', async () => {
  await create('a');
  const { body } = await client.send('GET', configMaps);
  await create('b');
  await client.send('DELETE', `${configMaps}/a`);
  const watch = await client.watch(
    `${configMaps}?watch=true&resourceVersion=${String(body.metadata['resourceVersion'])}`,
  );
  await untilLines(watch, 2);
  await create('c');
  await untilLines(watch, 3);
  expect(watch.summary()).toEqual(['ADDED b', 'DELETED a', 'ADDED c']);
  watch.close();
});

test('every event is a chunk of its own, in a burst, too', async () => {
  for (const name of ['a', 'b', 'c']) await create(name);
  const watch = await client.watch(`${configMaps}?watch=true`);
  await untilLines(watch, 3);
  expect(watch.summary()).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
  expect(watch.chunks().every((chunk) => chunk.endsWith('}\n'))).toBe(true);
  watch.close();
});

test('objects enter and leave a selector as ADDED and DELETED', async () => {
  const watch = await client.watch(`${configMaps}?watch=true&labelSelector=on%3Dyes`);
  await create('a', { on: 'no' });
  const label = (on: string) =>
    client.send(
      'PATCH',
      `${configMaps}/a`,
      { metadata: { labels: { on } } },
      { 'content-type': 'application/merge-patch+json' },
    );
  await label('yes');
  const left = await label('no');
  const lines = await untilLines(watch, 2);
  expect(watch.summary()).toEqual(['ADDED a', 'DELETED a']);
  expect(lines[1]?.object.metadata['resourceVersion']).toBe(left.body.metadata['resourceVersion']);
  expect(lines[1]?.object.metadata['labels']).toEqual({ on: 'yes' });
  watch.close();
});

test('a streaming list ends its initial events with a marked bookmark', async () => {
  await create('a');
  const watch = await client.watch(
    `${configMaps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  );
  const [, bookmark] = await untilLines(watch, 2);
  expect(bookmark).toEqual({
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        resourceVersion: String(cluster.state.store.revision),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
    },
  });
  watch.close();
});

test('bookmarks come to those who ask, and for events to nobody', async () => {
  const asked = await client.watch(`${configMaps}?watch=true&allowWatchBookmarks=true`);
  const events = await client.watch('/api/v1/events?watch=true&allowWatchBookmarks=true');
  const silent = await client.watch(`${configMaps}?watch=true`);
  const [first] = await untilLines(asked, 3);
  expect(first?.type).toBe('BOOKMARK');
  expect(events.lines()).toEqual([]);
  expect(silent.lines()).toEqual([]);
  for (const watch of [asked, events, silent]) watch.close();
});

test('a version that is gone is an error in the stream, which then ends', async () => {
  cluster.compact();
  const watch = await client.watch(`${configMaps}?watch=true&resourceVersion=1`);
  await eventually(() => expect(watch.state()).toBe('ended'));
  expect(watch.lines()).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
});

test('metadata and tables can be watched; columns come with the first event only', async () => {
  const accept = (as: string) => ({ accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });
  await create('a', {}, { k: 'v' });
  await create('b', {}, { k: 'v' });
  const metadata = await client.watch(`${configMaps}?watch=true`, accept('PartialObjectMetadata'));
  const table = await client.watch(`${configMaps}?watch=true`, accept('Table'));
  const [partial] = await untilLines(metadata, 2);
  expect(Object.keys(partial?.object ?? {})).toEqual(['kind', 'apiVersion', 'metadata']);
  const rows = await untilLines(table, 2);
  expect(rows.map(({ object }) => object['columnDefinitions'] !== null)).toEqual([true, false]);
  metadata.close();
  table.close();
});

test('a reader that stays behind is closed, and others are not', async () => {
  const slow = await client.watch(`${configMaps}?watch=true`);
  const quick = await client.watch(`${configMaps}?watch=true`);
  slow.pause();
  const big = 'x'.repeat(200_000);
  await eventually(async () => {
    await create(`big-${cluster.state.newUid()}`, {}, { big });
    expect(cluster.state.watches.count).toBe(1);
  });
  expect(quick.state()).toBe('open');
  slow.close();
  quick.close();
});

test('a client that goes away takes its watch with it', async () => {
  const watch = await client.watch(`${configMaps}?watch=true`);
  expect(cluster.state.watches.count).toBe(1);
  watch.close();
  await eventually(() => expect(cluster.state.watches.count).toBe(0));
});
