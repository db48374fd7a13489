import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatSseFrame } from '../core/sse-frame.ts';
import { type FollowOptions, followStream, type StreamDecision, type StreamPlan } from './follow-stream.ts';
import { createLiveFeed } from './live-feed.ts';
import type { StreamConnection } from './stream-connection.ts';
import { type StreamStart, sseFraming } from './stream-framing.ts';

type Row = { readonly position: number; readonly topic: string };

const options: FollowOptions = {
  heartbeatMs: 15_000,
  recheckMs: 5_000,
  unknownRightsMs: 10_000,
  lifetimeMs: 540_000,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client whose reading can be held back. */
function fakeConnection() {
  let text = '';
  let full = false;
  let waiting: (() => void)[] = [];
  let leave: () => void = () => {};
  const closed = new Promise<'over'>((resolve) => {
    leave = () => resolve('over');
  });
  let ended = false;
  const connection: StreamConnection = {
    write: (frames) => {
      text += typeof frames === 'string' ? frames : frames.bytes.toString();
      return !full;
    },
    drained: () => (full ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve()),
    closed,
    end: (frames = '') => {
      if (!ended) text += frames;
      ended = true;
      leave();
    },
  };
  return {
    connection,
    leave: () => {
      ended = true;
      leave();
    },
    hold: () => {
      full = true;
    },
    release: () => {
      full = false;
      for (const resolve of waiting.splice(0)) resolve();
      waiting = [];
    },
    text: () => text,
    positions: () => [...text.matchAll(/^data: row (\d+)$/gm)].map(([, position]) => Number(position)),
    lastId: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, position]) => Number(position)).at(-1),
  };
}

/** A log of committed rows, one feed over it, and rights that a test can set. */
function world() {
  const log: Row[] = [];
  const stopping = new AbortController();
  const errors: unknown[] = [];
  let decideNow: (row: Row) => StreamDecision | undefined = () => 'allowed';
  let decide: (row: Row) => StreamDecision = () => 'allowed';
  let refusal: string | undefined;
  let broken = false;
  const feed = createLiveFeed<Row>({
    readAfter: (position, limit) =>
      Promise.resolve(log.filter((row) => row.position > position).slice(0, limit)),
    pollMs: 1_000,
    minPauseMs: 20,
    now: () => performance.now(),
    onError: (error) => errors.push(error),
  });
  void feed.run(stopping.signal);
  const plan = (topic: string | undefined): StreamPlan<Row> => ({
    readPage: (after, upTo, limit) =>
      Promise.resolve(
        log
          .filter((row) => row.position > after && row.position <= upTo)
          // A page may hold more than the filter takes.
          .filter((row) => topic === undefined || row.topic === topic || row.position % 3 === 0)
          .slice(0, limit),
      ),
    readHead: () =>
      broken ? Promise.reject(new Error('connection lost')) : Promise.resolve(log.at(-1)?.position ?? 0),
    matches: (row) => topic === undefined || row.topic === topic,
    decideNow: (row) => decideNow(row),
    decide: (row) => Promise.resolve(decide(row)),
    frameOf: (row) => formatSseFrame({ id: String(row.position), data: `row ${row.position}` }),
    framing: sseFraming({ idOf: String, retryMs: 3_000 }),
    refusal: () => Promise.resolve(refusal),
  });
  return {
    log,
    stopping,
    errors,
    commit: (row: Row) => {
      log.push(row);
      feed.wake();
    },
    rights: (now: typeof decideNow, asked: typeof decide) => {
      decideNow = now;
      decide = asked;
    },
    setBroken: (value: boolean) => {
      broken = value;
    },
    refuse: (reason: string) => {
      refusal = reason;
    },
    follow: (connection: StreamConnection, start: StreamStart, topic?: string) =>
      followStream(connection, plan(topic), {
        feed,
        start,
        signal: stopping.signal,
        options,
        onError: (error) => errors.push(error),
      }),
  };
}

describe('followStream()', () => {
  it('greets at once with the id to continue from and the time to wait', async () => {
    const { follow, commit, stopping } = world();
    commit({ position: 7, topic: 'a' });
    const client = fakeConnection();
    void follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(0);
    expect(client.text()).toBe(': connected\nretry: 3000\nid: 7\n\n');
    stopping.abort();
  });

  it('sends what comes after it was opened, and nothing from before', async () => {
    const { follow, commit, stopping } = world();
    commit({ position: 1, topic: 'a' });
    const client = fakeConnection();
    void follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(100);
    commit({ position: 2, topic: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.positions()).toEqual([2]);
    stopping.abort();
  });

  it('tells a client that took nothing for a while that it is slow, and then all that it has not got', async () => {
    const { follow, commit, stopping } = world();
    const client = fakeConnection();
    void follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(100);
    for (const [waitedMs, position] of [
      [500, 1],
      [4_000, 3],
    ] as const) {
      client.hold();
      commit({ position, topic: 'a' });
      await vi.advanceTimersByTimeAsync(100);
      commit({ position: position + 1, topic: 'a' });
      await vi.advanceTimersByTimeAsync(waitedMs);
      client.release();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(client.positions()).toEqual([1, 2, 3, 4]);
    const told = [...client.text().matchAll(/^event: slow\ndata: \{"waited_ms":(\d+)\}$/gm)];
    expect(told).toHaveLength(1);
    expect(Number(told[0]?.[1])).toBeGreaterThanOrEqual(4_000);
    expect(client.text().indexOf('event: slow')).toBeGreaterThan(client.text().indexOf('row 3'));
    expect(client.text().indexOf('event: slow')).toBeLessThan(client.text().indexOf('row 4'));
    stopping.abort();
  });

  it('says resync where it cannot continue, and goes on with what comes', async () => {
    const { follow, commit, stopping } = world();
    commit({ position: 5, topic: 'a' });
    const client = fakeConnection();
    void follow(client.connection, { kind: 'resync', reason: 'too old' });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.text()).toContain('event: resync\nid: 5\ndata: {"reason":"too old"}\n');
    commit({ position: 6, topic: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.positions()).toEqual([6]);
    stopping.abort();
  });

  it('moves the id of a quiet filtered stream along with its heartbeats', async () => {
    const { follow, commit, stopping } = world();
    const client = fakeConnection();
    void follow(client.connection, { kind: 'now' }, 'a');
    await vi.advanceTimersByTimeAsync(100);
    commit({ position: 9, topic: 'b' });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(client.text()).toContain(': heartbeat\nid: 9\n\n');
    expect(client.positions()).toEqual([]);
    stopping.abort();
  });

  it('holds back a row whose rights nobody knows, and ends when that takes too long', async () => {
    const { follow, commit, rights } = world();
    rights(
      () => undefined,
      () => 'unknown',
    );
    const client = fakeConnection();
    const ended = follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(100);
    commit({ position: 1, topic: 'a' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(client.positions()).toEqual([]);
    rights(
      () => undefined,
      () => 'allowed',
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.positions()).toEqual([1]);
    rights(
      () => undefined,
      () => 'unknown',
    );
    commit({ position: 2, topic: 'a' });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(await ended).toBe('cannot find out the rights of the caller');
    expect(client.lastId()).toBe(1);
  });

  it('bears with a database that is away for a while, and loses nothing meanwhile', async () => {
    const { follow, commit, rights, setBroken, stopping, errors } = world();
    // Every row has to be asked about, so that the stream reads for itself.
    rights(
      () => undefined,
      () => 'allowed',
    );
    const client = fakeConnection();
    const ended = follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(100);
    setBroken(true);
    commit({ position: 1, topic: 'a' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.positions()).toEqual([]);
    setBroken(false);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(client.positions()).toEqual([1]);
    expect(errors.length).toBeGreaterThan(0);
    setBroken(true);
    commit({ position: 2, topic: 'a' });
    await vi.advanceTimersByTimeAsync(90_000);
    expect(await ended).toBe('internal error');
    stopping.abort();
  });

  it('ends when the caller is no longer welcome, and says why', async () => {
    const { follow, refuse } = world();
    const client = fakeConnection();
    const ended = follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(4_000);
    refuse('token is expired');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ended).toBe('token is expired');
    expect(client.text()).toContain('event: end\ndata: {"reason":"token is expired"}\n\n');
  });

  it('ends before somebody on the way would cut it', async () => {
    const { follow } = world();
    const client = fakeConnection();
    const ended = follow(client.connection, { kind: 'now' });
    await vi.advanceTimersByTimeAsync(540_000);
    expect(await ended).toBe('stream is old, come back');
  });

  it('ends politely when the process stops, and silently when the client leaves', async () => {
    const { follow, stopping } = world();
    const [staying, leaving] = [fakeConnection(), fakeConnection()];
    const ends = [follow(staying.connection, { kind: 'now' }), follow(leaving.connection, { kind: 'now' })];
    await vi.advanceTimersByTimeAsync(100);
    leaving.leave();
    await vi.advanceTimersByTimeAsync(0);
    stopping.abort();
    expect(await Promise.all(ends)).toEqual(['server is stopping', 'client left']);
    expect(staying.text()).toContain('event: end');
    expect(leaving.text()).not.toContain('event: end');
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends every visible row once and in order, however rows, rights, slowness and reconnects interleave', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('commit a', 'commit b', 'commit hidden') },
      { weight: 2, arbitrary: fc.constantFrom('wait 5', 'wait 50', 'wait 1100') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('hold', 'release', 'reconnect', 'forget rights', 'unknown rights'),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(undefined, 'a'),
        async (steps, topic) => {
          const { follow, commit, log, rights, stopping, errors } = world();
          const visible = (row: Row): StreamDecision => (row.topic === 'hidden' ? 'denied' : 'allowed');
          rights(visible, visible);
          const got: number[] = [];
          let client = fakeConnection();
          let ended = follow(client.connection, { kind: 'after', position: 0 }, topic);
          const reconnect = async (): Promise<void> => {
            client.leave();
            client.release();
            await ended;
            got.push(...client.positions());
            const position = client.lastId() ?? 0;
            client = fakeConnection();
            ended = follow(client.connection, { kind: 'after', position }, topic);
          };
          const actions: Readonly<Record<string, (argument: string) => unknown>> = {
            commit: (rowTopic) => commit({ position: log.length * 2 + 1, topic: rowTopic }),
            wait: (ms) => vi.advanceTimersByTimeAsync(Number(ms)),
            hold: () => client.hold(),
            release: () => client.release(),
            forget: () => rights(() => undefined, visible),
            unknown: () => rights(() => 'unknown', visible),
            reconnect,
          };
          for (const [verb = '', argument = ''] of steps.map((text) => text.split(' '))) {
            await actions[verb]?.(argument);
          }
          client.release();
          await vi.advanceTimersByTimeAsync(3_000);
          got.push(...client.positions());
          stopping.abort();
          await ended;
          const expected = log.filter(
            (row) => row.topic !== 'hidden' && (topic === undefined || row.topic === topic),
          );
          expect(got).toEqual(expected.map((row) => row.position));
          expect(errors).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
