import { expect, it } from 'vitest';
import { printerOf } from '../../../lib/core/kube-table/printer-columns.ts';
import { followStream } from '../../../lib/http/follow-stream.ts';
import type { StreamConnection } from '../../../lib/http/stream-connection.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { type WatchOptions, watchPlan } from './watch-plan.ts';

type Row = { readonly position: number; readonly raw: string };

const raw = (name: string): string => JSON.stringify({ metadata: { name } });

/** A client that reads only when the test lets it. */
function createSlowClient() {
  let release: (() => void)[] = [];
  let close: () => void = () => {};
  const written: string[] = [];
  const connection: StreamConnection = {
    write: (frames) => {
      written.push(typeof frames === 'string' ? frames : frames.bytes.toString());
      return false;
    },
    drained: () => new Promise((resolve) => void release.push(resolve)),
    closed: new Promise((resolve) => {
      close = () => resolve('over');
    }),
    end: () => {},
  };
  const readOnce = () => {
    const waiting = release;
    release = [];
    for (const resolve of waiting) resolve();
  };
  const leave = () => {
    close();
    readOnce();
  };
  return { connection, written, readOnce, leave };
}

const resource = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  namespaced: true,
  verbs: [],
  singular: 'pod',
  shortNames: [],
  categories: [],
  printer: printerOf({ group: '', resource: 'pods' }),
};

const options: WatchOptions = {
  caller: { kind: 'user', user: { username: 'alice', groups: [] }, realm: 'issuer', token: 'x' },
  authenticate: async () => ({ kind: 'refused', reason: 'not asked here' }),
  access: {
    decide: async () => 'allowed',
    decideNow: () => 'allowed',
    findWhere: async () => ({ kind: 'everywhere' }),
  },
  right: { verb: 'watch', group: '', resource: 'pods', namespace: '', name: '' },
  resource,
  form: { encoding: 'json', as: 'object', metaVersion: 'v1' },
  includeObject: 'Metadata',
  allowBookmarks: false,
  version: '1',
  newest: async () => undefined,
  endsInitial: false,
  initial: undefined,
  now: () => new Date(0),
};

it('watchPlan() reads no further than a slow client does, and then everything in order', async () => {
  const client = createSlowClient();
  let pagesRead = 0;
  let rowsRead = 0;
  const log: Row[] = Array.from({ length: 3 }, (_, index) => ({
    position: index + 1,
    raw: raw(`live-${index}`),
  }));
  const plan = watchPlan<Row>(
    {
      readPage: async (after) => {
        rowsRead += 1;
        return log.filter(({ position }) => position > after);
      },
      readHead: async () => log.length,
      matches: () => true,
      isWhole: () => true,
      eventsOf: (row) => [{ type: 'ADDED', raw: row.raw }],
      isOfCluster: () => true,
      versionOf: (row) => String(row.position),
    },
    {
      ...options,
      initial: async function* () {
        for (const page of ['a', 'b', 'c']) {
          pagesRead += 1;
          yield [raw(page)];
        }
      },
    },
  );
  const following = followStream(client.connection, plan, {
    feed: { join: () => undefined, wake: () => {}, run: async () => {} },
    start: { kind: 'after', position: 0 },
    signal: new AbortController().signal,
    options: { heartbeatMs: 60_000, recheckMs: 60_000, unknownRightsMs: 1_000, lifetimeMs: 60_000 },
    onError: (error) => {
      throw error;
    },
  });
  for (const page of [1, 2, 3]) {
    await eventually(() => expect(client.written.filter((text) => text !== '')).toHaveLength(page));
    expect([pagesRead, rowsRead]).toEqual([page, 0]);
    client.readOnce();
  }
  await eventually(() => {
    client.readOnce();
    expect(client.written.join('').trim().split('\n')).toHaveLength(6);
  });
  const names = client.written
    .join('')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { object: { metadata: { name: string } } }).object.metadata.name);
  expect(names).toEqual(['a', 'b', 'c', 'live-0', 'live-1', 'live-2']);
  client.leave();
  expect(await following).toBe('client left');
});

const rows = {
  readPage: () => Promise.resolve([]),
  readHead: () => Promise.resolve(0),
  matches: () => true,
  isWhole: () => true,
  eventsOf: (row: Row) => [{ type: 'ADDED', raw: row.raw } as const],
  isOfCluster: (row: Row) => !row.raw.includes('elsewhere'),
  versionOf: (row: Row) => `version-${row.position}`,
};

it('watchPlan() tells by bookmarks no version that was not sent yet, and none of another cluster', () => {
  const plan = watchPlan<Row>(rows, { ...options, allowBookmarks: true });
  const bookmarked = (position: number): string => {
    const { object } = JSON.parse(plan.framing.heartbeat(position)) as {
      object: { metadata: { resourceVersion: string } };
    };
    return object.metadata.resourceVersion;
  };
  expect(bookmarked(4)).toBe('1');
  plan.matches({ position: 5, raw: raw('a') });
  expect(bookmarked(4)).toBe('1');
  expect(bookmarked(5)).toBe('version-5');
  plan.matches({ position: 6, raw: raw('elsewhere') });
  expect(bookmarked(6)).toBe('version-5');
});

it('watchPlan() tells by bookmarks how far it has come through changes that it does not show', async () => {
  let newest = { position: 8, version: 'version-8' };
  const plan = watchPlan<Row>(
    { ...rows, readHead: () => Promise.resolve(9) },
    { ...options, allowBookmarks: true, newest: async () => newest },
  );
  const bookmarked = (position: number): unknown =>
    JSON.parse(plan.framing.heartbeat(position)).object.metadata.resourceVersion;
  await plan.readHead();
  expect(bookmarked(7)).toBe('1');
  plan.matches({ position: 6, raw: raw('a') });
  expect(bookmarked(9)).toBe('version-8');
  // Stored after the head was read: nobody has looked at what is before it.
  newest = { position: 10, version: 'version-10' };
  await plan.readHead();
  expect(bookmarked(10)).toBe('version-8');
});

it('watchPlan() ends a watch from which something was held back, even if the right is back', async () => {
  let decision: 'allowed' | 'denied' = 'allowed';
  const plan = watchPlan<Row>(rows, {
    ...options,
    authenticate: async () => options.caller,
    access: { ...options.access, decide: async () => decision, decideNow: () => decision },
  });
  const row = { position: 5, raw: raw('a') };
  expect([plan.decideNow(row), await plan.decide(row), await plan.refusal()]).toEqual([
    'allowed',
    'allowed',
    undefined,
  ]);
  decision = 'denied';
  expect(plan.decideNow(row)).toBe('denied');
  decision = 'allowed';
  expect(await plan.refusal()).toBe('pods is forbidden: the right to watch was taken away');
  expect(plan.framing.ending('')).toContain('"code":403');
});
