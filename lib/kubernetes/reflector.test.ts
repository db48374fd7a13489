import { afterEach, describe, expect, it } from 'vitest';
import { createScriptedApiServer, statusAnswer } from '../../test/support/scripted-api-server.ts';
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts';
import type { ReflectorChange, ReflectorEvent } from '../core/reflector-change.ts';
import { createReflector, type Reflector } from './reflector.ts';
import type { ReflectorOptions } from './reflector-parts.ts';
import { createRequestGate, defaultGateLimits } from './request-gate.ts';
import { UnreadableStreamError } from './split-lines.ts';
import { createStreamingLists } from './streaming-lists.ts';

type Server = ReturnType<typeof createScriptedApiServer>;

const stopping: AbortController[] = [];
afterEach(() => {
  for (const controller of stopping.splice(0)) controller.abort();
});

describe('a reflector that starts', () => {
  it('lists page by page at one version, then watches from it', async () => {
    const server = createScriptedApiServer();
    for (let index = 0; index < 600; index += 1) server.put(`c-${String(index).padStart(3, '0')}`);
    const { changes, clock } = start(server);
    await clock.until(server.isWatched);
    expect(changes.filter((change) => change.kind === 'upserted')).toHaveLength(600);
    expect(changes.find((change) => change.kind === 'upserted')?.object).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
    expect(server.requests[0]).toBe('/api/v1/configmaps?limit=250');
    expect(server.requests.filter((path) => path.includes('continue')).length).toBeGreaterThan(1);
    expect(server.requests.every((path) => !path.includes('resourceVersion=0'))).toBe(true);
    const { query } = server.currentWatch();
    expect(query.get('resourceVersion')).toBe(server.version());
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(Number(query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300);
    expect(Number(query.get('timeoutSeconds'))).toBeLessThan(600);
  });

  it('closes the list with manifests of all that is there, then says that it is synced', async () => {
    const server = createScriptedApiServer();
    server.put('b', {}, { namespace: 'a-b' });
    server.put('a', {}, { namespace: 'a' });
    const { changes, clock } = start(server);
    await clock.until(server.isWatched);
    const manifests = changes.filter((change) => change.kind === 'manifest');
    expect(manifests).toHaveLength(1);
    expect(manifests[0]?.range.entries.map((entry) => entry.slice(0, 2))).toEqual([
      ['a', 'a'],
      ['a-b', 'b'],
    ]);
    expect(manifests[0]?.listResourceVersion).toBe(server.version());
    expect(changes.at(-1)).toEqual({ kind: 'progress', resourceVersion: server.version(), synced: true });
  });

  it('resumes from a version without a list', async () => {
    const server = createScriptedApiServer();
    server.put('old');
    const resumeFrom = server.version();
    server.put('new');
    server.remove('old');
    const { changes, clock } = start(server, { resumeFrom });
    await clock.until(() => changes.length === 2);
    expect(changes.map(short)).toEqual(['upserted new watched', 'deleted old']);
    expect(server.requests).toHaveLength(1);
  });

  it('lists metadata only where the resumed version is gone, since the rest is found by the manifests', async () => {
    const server = createScriptedApiServer();
    server.put('a');
    const resumeFrom = server.version();
    server.put('b');
    server.compact();
    const { changes, clock } = start(server, { resumeFrom, firstList: 'metadata' });
    await clock.until(() => changes.some((change) => change.kind === 'progress'));
    expect(changes.map(({ kind }) => kind)).toEqual(['manifest', 'progress']);
  });

  it('follows one namespace where asked to', async () => {
    const server = createScriptedApiServer();
    const { clock } = start(server, { namespace: 'shop' });
    await clock.until(server.isWatched);
    expect(server.requests[0]).toMatch('/api/v1/namespaces/shop/configmaps?limit=');
    expect(server.currentWatch().path).toMatch('/api/v1/namespaces/shop/configmaps?watch=1');
  });
});

describe('a reflector that watches', () => {
  it('passes on every change in order and drops what it has already seen', async () => {
    const { server, changes, clock, events } = await watching();
    const created = server.put('a', { n: 1 });
    server.put('a', { n: 2 });
    server.currentWatch().send('MODIFIED', created);
    server.remove('a');
    await clock.until(() => changes.length === 3);
    expect(changes.map(short)).toEqual(['upserted a watched', 'upserted a watched', 'deleted a']);
    expect(events.filter((event) => event.kind === 'duplicate')).toHaveLength(1);
  });

  it('reports an object that took the place of another as a delete and an add', async () => {
    const { server, changes, clock } = await watching();
    server.put('a', {}, { uid: 'first' });
    server.put('a', {}, { uid: 'second' });
    await clock.until(() => changes.length === 3);
    expect(changes.map(short)).toEqual(['upserted a watched', 'gone a', 'upserted a watched']);
    expect(changes[1]).toMatchObject({ identity: { uid: 'first', resourceVersion: '102' } });
  });

  it('resumes from the last bookmark after the server closed the stream', async () => {
    const { server, changes, clock } = await watching();
    server.elsewhere();
    server.bookmark();
    await clock.until(() => changes.length === 1);
    const bookmarked = server.version();
    server.currentWatch().end();
    server.put('late');
    await clock.until(() => changes.length === 2);
    expect(server.currentWatch().query.get('resourceVersion')).toBe(bookmarked);
    expect(changes.map(short)).toEqual([`progress ${bookmarked}`, 'upserted late watched']);
  });

  it('reads nothing more while the receiver is busy, and that is no silence', async () => {
    let release = () => {};
    const { server, changes, clock } = await watching({
      onChange: (change) =>
        change.kind === 'upserted'
          ? new Promise<void>((resolve) => {
              release = resolve;
            })
          : undefined,
    });
    for (let index = 0; index < 50; index += 1) server.put(`c-${index}`);
    await clock.advance(1_000_000);
    expect(changes).toHaveLength(1);
    expect(server.currentWatch().unread()).toBe(49);
    expect(server.watches).toHaveLength(1);
    release();
    await clock.until(() => changes.length === 2);
  });

  it('ends with what the receiver throws', async () => {
    const { server, done } = await watching({
      onChange: () => {
        throw new Error('receiver broke');
      },
    });
    server.put('a');
    await expect(done).rejects.toThrow('receiver broke');
  });
});

describe('a reflector in trouble', () => {
  /** Every signal of an API server that ends a watch, and whether the reflector lists again or resumes. */
  it.each<[string, (server: Server) => void, 'lists' | 'resumes']>([
    ['a plain end', (server) => server.currentWatch().end(), 'resumes'],
    ['a reset', (server) => server.currentWatch().fail(new Error('ECONNRESET')), 'resumes'],
    [
      'a line that is no JSON',
      (server) => server.currentWatch().fail(new UnreadableStreamError('half a line')),
      'resumes',
    ],
    [
      'an event without a version',
      (server) => server.currentWatch().send('MODIFIED', { kind: 'Table' }),
      'resumes',
    ],
    [
      'an in-band 410',
      (server) => server.currentWatch().send('ERROR', { code: 410, reason: 'Expired' }),
      'lists',
    ],
    ['an in-band Gone', (server) => server.currentWatch().send('ERROR', { reason: 'Gone' }), 'lists'],
    ['an in-band 500', (server) => server.currentWatch().send('ERROR', { code: 500 }), 'resumes'],
    ['410 for the next watch', (server) => refuseNext(server, statusAnswer(410, 'Expired')), 'lists'],
    ['429', (server) => refuseNext(server, statusAnswer(429, 'TooManyRequests')), 'resumes'],
    ['503', (server) => refuseNext(server, statusAnswer(503, 'ServiceUnavailable')), 'resumes'],
    ['401', (server) => refuseNext(server, statusAnswer(401, 'Unauthorized')), 'resumes'],
    ['403', (server) => refuseNext(server, statusAnswer(403, 'Forbidden')), 'resumes'],
    ['400', (server) => refuseNext(server, statusAnswer(400, 'BadRequest')), 'lists'],
    [
      '404 of a resource that is still served',
      (server) => refuseNext(server, statusAnswer(404, 'NotFound')),
      'resumes',
    ],
    ['500', (server) => refuseNext(server, statusAnswer(500, 'InternalError')), 'resumes'],
    ['a refused connection', (server) => refuseNext(server, 'unreachable'), 'resumes'],
    ['a server that is behind', (server) => refuseNext(server, behind), 'resumes'],
    ['a connection that went silent', () => undefined, 'resumes'],
  ])('gets over %s without losing a change', async (_name, harm, way) => {
    const { server, changes, clock } = await watching();
    server.put('kept');
    server.put('doomed');
    await clock.until(() => changes.length === 2);
    const watchesBefore = server.watches.length;
    const requestsBefore = server.requests.length;
    harm(server);
    server.put('late');
    await clock.until(() => server.watches.length > watchesBefore, 300_000);
    server.remove('doomed');
    await clock.until(() => changes.some((change) => short(change) === 'deleted doomed'));
    const after = changes.slice(2).map(short);
    expect(after.filter((text) => text.startsWith('upserted late'))).toHaveLength(1);
    expect(after.filter((text) => text.includes('kept'))).toEqual([]);
    const lists = server.requests.slice(requestsBefore).filter((path) => !path.includes('watch=1'));
    expect(lists.length > 0 ? 'lists' : 'resumes').toBe(way);
  });

  it('finds what was deleted, replaced and changed in a gap by comparing', async () => {
    const { server, changes, clock } = await watching();
    server.put('kept');
    server.put('deleted');
    server.put('changed', { n: 1 });
    server.put('replaced', {}, { uid: 'first' });
    await clock.until(() => changes.length === 4);
    changes.length = 0;
    server.currentWatch().fail(new Error('ECONNRESET'));
    server.remove('deleted');
    server.put('changed', { n: 2 });
    server.put('replaced', {}, { uid: 'second' });
    server.compact();
    await clock.until(() => changes.some((change) => change.kind === 'progress'));
    expect(changes.map(short).filter((text) => !/^(manifest|progress)/.test(text))).toEqual([
      'upserted changed listed',
      'gone replaced',
      'upserted replaced listed',
      'gone deleted',
    ]);
    // Each end is told under a version that is not older than it: of the successor, or of the list.
    const gone = changes.filter((change) => change.kind === 'gone');
    expect(gone.map(({ identity }) => [identity.name, identity.uid, identity.resourceVersion])).toEqual([
      ['replaced', 'first', '107'],
      ['deleted', 'uid-102', server.version()],
    ]);
  });

  it('honours Retry-After', async () => {
    const { server, clock, events } = await watching();
    server.answerNextWatch(statusAnswer(429, 'TooManyRequests', { headers: { 'retry-after': '7' } }));
    server.currentWatch().end();
    await clock.until(() => server.isWatched());
    const throttled = events.find((event) => event.kind === 'interrupted' && event.end === 'throttled');
    expect(throttled).toMatchObject({ next: 'retry', waitMs: 7_400 });
  });

  it('never spins when every watch ends at once', async () => {
    const { server, clock } = await watching();
    for (let second = 0; second < 600; second += 1) {
      if (server.isWatched()) {
        server.bookmark();
        server.currentWatch().end();
      }
      await clock.advance(1_000);
    }
    expect(server.watches.length).toBeLessThan(60);
  });

  it('ends when discovery says that the resource is gone', async () => {
    const { server, done, clock } = await watching({ isServed: async () => false });
    server.answerNextWatch(statusAnswer(404, 'NotFound'));
    server.currentWatch().end();
    await clock.advance(1_000);
    expect(await done).toBe('not-served');
  });

  it('goes on when discovery cannot say', async () => {
    const { server, clock } = await watching({ isServed: () => Promise.reject(new Error('down')) });
    server.answerNextWatch(statusAnswer(404, 'NotFound'));
    server.currentWatch().end();
    await clock.until(() => server.isWatched());
    expect(server.watches).toHaveLength(2);
  });

  it('asks for a page again under its token rather than for the whole list', async () => {
    const server = createScriptedApiServer();
    for (let index = 0; index < 300; index += 1) server.put(`c-${index}`);
    server.answerNextList(() => undefined);
    server.answerNextList(statusAnswer(503, 'ServiceUnavailable'));
    const { changes, clock } = start(server);
    await clock.until(server.isWatched);
    expect(changes.filter((change) => change.kind === 'upserted')).toHaveLength(300);
    expect(server.requests.filter((path) => path === '/api/v1/configmaps?limit=250')).toHaveLength(1);
  });

  it('lists metadata, then everything at once, when continue tokens expire', async () => {
    const server = createScriptedApiServer();
    for (let index = 0; index < 1_200; index += 1) server.put(`c-${String(index).padStart(4, '0')}`);
    const expire = () => {
      server.compact();
      return undefined;
    };
    for (let list = 0; list < 2; list += 1) {
      server.answerNextList(() => undefined);
      server.answerNextList(expire);
    }
    const { changes, clock, events } = start(server);
    await clock.until(server.isWatched);
    const limits = server.requests.filter((path) => !path.includes('continue') && !path.includes('watch'));
    expect(limits).toEqual([
      '/api/v1/configmaps?limit=250',
      '/api/v1/configmaps?limit=1000',
      '/api/v1/configmaps',
    ]);
    const entries = changes.flatMap((change) => (change.kind === 'manifest' ? change.range.entries : []));
    expect(entries).toHaveLength(1_200);
    expect(events.find((event) => event.kind === 'listed')).toMatchObject({
      content: 'metadata',
      count: 1_200,
    });
  });

  it('lists whole objects whatever expires where no manifests would find the rest', async () => {
    const server = createScriptedApiServer();
    for (let index = 0; index < 600; index += 1) server.put(`c-${String(index).padStart(4, '0')}`);
    server.answerNextList(() => undefined);
    server.answerNextList(() => {
      server.compact();
      return undefined;
    });
    const { changes, clock, events } = start(server, { emitsManifests: false });
    await clock.until(server.isWatched);
    const names = changes.flatMap((change) =>
      change.kind === 'upserted' ? [change.object.metadata.name] : [],
    );
    expect(new Set(names).size).toBe(600);
    expect(events.find((event) => event.kind === 'listed')).toMatchObject({ content: 'full', count: 600 });
  });

  it('does not go back in time with a server that lags, but does when versions went back for good', async () => {
    const { server, changes, clock } = await watching();
    server.put('a');
    server.put('b');
    await clock.until(() => changes.length === 2);
    changes.length = 0;
    server.currentWatch().send('ERROR', { code: 410 });
    server.rollBack(50);
    server.put('after-restore');
    await clock.until(() => changes.some((change) => change.kind === 'progress'));
    const lists = server.requests.filter((path) => path === '/api/v1/configmaps?limit=250');
    expect(lists).toHaveLength(1 + 4);
    expect(changes.map(short)).toContain('upserted after-restore listed');
  });

  it('learns that a resource has no bookmarks and then leaves its silence alone', async () => {
    const { server, clock } = await watching();
    await clock.until(() => server.watches.length === 4, 3_600_000);
    await clock.advance(290_000);
    expect(server.watches).toHaveLength(4);
  });

  it('wakes all that wait for a lost API server as soon as one reaches it', async () => {
    const clock = createVirtualClock();
    const gate = createRequestGate({ ...defaultGateLimits, nowMs: clock.nowMs, sleep: clock.sleep });
    const signal = new AbortController().signal;
    const woken: string[] = [];
    void gate.backOff(30_000, 'lost', signal).then(() => woken.push('lost'));
    void gate.backOff(30_000, 'throttled', signal).then(() => woken.push('throttled'));
    await clock.advance(1_000);
    gate.reached();
    await clock.advance(1);
    expect(woken).toEqual(['lost']);
    await clock.advance(30_000);
    expect(woken).toEqual(['lost', 'throttled']);
  });
});

describe('a reflector that lists by watch', () => {
  it('gets the initial events and all changes over one connection', async () => {
    const server = createScriptedApiServer();
    server.put('a');
    server.put('b');
    const { changes, clock } = start(server, { streamingLists: createStreamingLists(() => 0) });
    await clock.until(() => changes.some((change) => change.kind === 'progress'));
    expect(changes.map(short)).toEqual([
      'upserted a listed',
      'upserted b listed',
      'manifest 2',
      `progress ${server.version()}`,
    ]);
    const { query } = server.currentWatch();
    expect(query.get('sendInitialEvents')).toBe('true');
    expect(query.get('resourceVersionMatch')).toBe('NotOlderThan');
    expect(query.has('resourceVersion')).toBe(false);
    server.put('c');
    await clock.until(() => changes.length === 5);
    expect(changes.map(short).at(-1)).toBe('upserted c watched');
    expect(server.requests).toHaveLength(1);
  });

  it('lists in pages at once where the server does not know it, and does not ask again', async () => {
    const server = createScriptedApiServer();
    server.put('a');
    server.answerNextWatch(statusAnswer(422, 'Invalid'));
    const { changes, clock } = start(server, { streamingLists: createStreamingLists(() => 0) });
    await clock.until(server.isWatched, 100);
    expect(changes.map(short)[0]).toBe('upserted a listed');
    server.compact();
    server.currentWatch().end();
    await clock.until(() => changes.filter((change) => change.kind === 'progress').length === 2);
    expect(server.requests.filter((path) => path.includes('sendInitialEvents'))).toHaveLength(1);
  });

  it('lists in pages after two streams without the mark of their end, and finds what went in between', async () => {
    const server = createScriptedApiServer();
    server.put('a');
    server.withholdInitialEnd();
    const { changes, clock, events } = start(server, { streamingLists: createStreamingLists(() => 0) });
    await clock.until(() => server.watches.length === 1);
    await clock.advance(20_000);
    server.remove('a');
    await clock.until(() => changes.some((change) => change.kind === 'progress'), 600_000);
    const ends = events.filter((event) => event.kind === 'interrupted').map((event) => event.end);
    expect(ends).toEqual(['stalled', 'stalled']);
    expect(
      changes.filter((change) => change.kind !== 'manifest' && change.kind !== 'progress').map(short),
    ).toEqual(['upserted a listed', 'deleted a']);
  });

  it('starts over where the connection breaks before the end of the initial events', async () => {
    const server = createScriptedApiServer();
    server.put('a');
    server.withholdInitialEnd();
    const { changes, clock } = start(server, { streamingLists: createStreamingLists(() => 0) });
    await clock.until(() => changes.length === 1);
    server.withholdInitialEnd(false);
    server.currentWatch().fail(new Error('ECONNRESET'));
    server.put('b');
    await clock.until(() => changes.some((change) => change.kind === 'progress'));
    expect(changes.filter((change) => change.kind === 'upserted').map(short)).toEqual([
      'upserted a listed',
      'upserted b listed',
    ]);
  });
});

describe('createStreamingLists()', () => {
  it('leaves a resource alone for an hour after two failures in a row', () => {
    let nowMs = 0;
    const lists = createStreamingLists(() => nowMs);
    lists.failed('a');
    lists.succeeded('a');
    lists.failed('a');
    expect(lists.isOn('a')).toBe(true);
    lists.failed('a');
    expect([lists.isOn('a'), lists.isOn('b')]).toEqual([false, true]);
    nowMs = 3_600_000;
    expect(lists.isOn('a')).toBe(true);
    lists.refused();
    expect([lists.isOn('a'), lists.isOn('b')]).toEqual([false, false]);
  });
});

describe('the request gate', () => {
  it('lets a burst through, then so many per second, and so many lists at a time', async () => {
    const clock = createVirtualClock();
    const gate = createRequestGate({
      tokensPerSecond: 10,
      burst: 5,
      maxLists: 2,
      nowMs: clock.nowMs,
      sleep: clock.sleep,
    });
    const stop = new AbortController();
    let passed = 0;
    for (let index = 0; index < 30; index += 1) void gate.pass(stop.signal).then(() => (passed += 1));
    await clock.advance(0);
    expect(passed).toBe(5);
    await clock.advance(1_000);
    expect(passed).toBe(15);
    await clock.advance(2_000);

    const first = await gate.beginList(stop.signal);
    await gate.beginList(stop.signal);
    let third = false;
    void gate.beginList(stop.signal).then(() => (third = true));
    const fourth = gate.beginList(stop.signal);
    await clock.advance(10);
    expect(third).toBe(false);
    first();
    first();
    await clock.advance(10);
    expect(third).toBe(true);
    stop.abort(new Error('stopping'));
    await expect(fourth).rejects.toThrow('stopping');
  });
});

const behind = statusAnswer(504, 'Timeout', {
  details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
});

function refuseNext(server: Server, answer: Parameters<Server['answerNextWatch']>[0]): void {
  server.answerNextWatch(answer);
  server.currentWatch().end();
}

type Started = {
  readonly reflector: Reflector;
  readonly changes: ReflectorChange[];
  readonly events: ReflectorEvent[];
  readonly clock: VirtualClock;
  readonly done: Promise<'not-served'>;
};

type Tweaks = Partial<ReflectorOptions> & {
  readonly onChange?: (change: ReflectorChange) => void | Promise<void>;
};

function start(server: Server, tweaks: Tweaks = {}): Started {
  const clock = createVirtualClock();
  const changes: ReflectorChange[] = [];
  const events: ReflectorEvent[] = [];
  const reflector = createReflector({
    kind: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' },
    namespace: '',
    request: server.request,
    stream: server.stream,
    gate: createRequestGate({ ...defaultGateLimits, nowMs: clock.nowMs, sleep: clock.sleep }),
    emit: (change) => {
      changes.push(change);
      return tweaks.onChange?.(change);
    },
    firstList: 'full',
    expectsBookmarks: true,
    emitsManifests: true,
    maxSilenceMs: 150_000,
    isServed: async () => true,
    observe: (event) => events.push(event),
    nowMs: clock.nowMs,
    random: () => 0.5,
    sleep: clock.sleep,
    ...tweaks,
  });
  const controller = new AbortController();
  stopping.push(controller);
  const done = reflector.run(controller.signal);
  done.catch(() => undefined);
  return { reflector, changes, events, clock, done };
}

/** A started reflector on an empty collection, with what the start produced forgotten. */
async function watching(tweaks: Tweaks = {}): Promise<Started & { readonly server: Server }> {
  const server = createScriptedApiServer();
  let started = false;
  const { onChange } = tweaks;
  const running = start(server, {
    ...tweaks,
    ...(onChange && { onChange: (change: ReflectorChange) => (started ? onChange(change) : undefined) }),
  });
  await running.clock.until(server.isWatched);
  running.changes.length = 0;
  started = true;
  return { ...running, server };
}

function short(change: ReflectorChange): string {
  switch (change.kind) {
    case 'upserted':
      return `upserted ${change.object.metadata.name} ${change.cause}`;
    case 'deleted':
      return `deleted ${change.object.metadata.name}`;
    case 'gone':
      return `gone ${change.identity.name}`;
    case 'manifest':
      return `manifest ${change.range.entries.length}`;
    case 'progress':
      return `progress ${change.resourceVersion}`;
  }
}
