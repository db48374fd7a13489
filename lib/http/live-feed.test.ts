import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveFeed, type LiveFeed } from './live-feed.ts';

type Row = { readonly position: number };

let stopping: AbortController;
let log: Row[];
let reads: number;
let broken: boolean;
let readMs = 0;
let errors: unknown[];
let feed: LiveFeed<Row>;

beforeEach(() => {
  vi.useFakeTimers();
  start();
});

function start(): void {
  stopping = new AbortController();
  log = [];
  reads = 0;
  broken = false;
  errors = [];
  feed = createLiveFeed<Row>({
    readAfter: async (position, limit) => {
      reads += 1;
      const rows = log.filter((row) => row.position > position).slice(0, limit);
      if (readMs > 0) await new Promise((resolve) => setTimeout(resolve, readMs));
      if (broken) throw new Error('connection lost');
      return rows;
    },
    pollMs: 1_000,
    minPauseMs: 20,
    now: () => Date.now(),
    onError: (error) => errors.push(error),
  });
  void feed.run(stopping.signal);
}
afterEach(() => {
  readMs = 0;
  stopping.abort();
  vi.useRealTimers();
});

function commit(...positions: number[]): void {
  log.push(...positions.map((position) => ({ position })));
}

function listen(from: number): { got: number[]; leave: () => void } {
  const got: number[] = [];
  const leave = feed.join(from, (rows) => got.push(...rows.map((row) => row.position)));
  if (leave === undefined) throw new Error(`Cannot join at ${from}: the feed is past it`);
  return { got, leave };
}

type Member = { readonly from: number; readonly got: number[]; leave: (() => void) | undefined };

const step = fc.oneof(
  fc.record({ kind: fc.constant('commit' as const), rows: fc.constantFrom(1, 2, 3, 600) }),
  fc.record({ kind: fc.constant('join' as const), behind: fc.nat(3) }),
  fc.record({ kind: fc.constant('leave' as const), index: fc.nat(20) }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(30) }),
  fc.record({ kind: fc.constant('fault' as const) }),
);

async function take(
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
  members: Member[],
): Promise<void> {
  switch (each.kind) {
    case 'commit':
      commit(...Array.from({ length: each.rows }, (_, index) => log.length + 1 + index));
      feed.wake();
      return;
    case 'join': {
      const from = Math.max(0, log.length - each.behind);
      const got: number[] = [];
      const leave = feed.join(from, (rows) => got.push(...rows.map((row) => row.position)));
      if (leave !== undefined) members.push({ from, got, leave });
      return;
    }
    case 'leave': {
      const member = members[each.index];
      member?.leave?.();
      if (member !== undefined) member.leave = undefined;
      return;
    }
    case 'time':
      await vi.advanceTimersByTimeAsync(each.ms);
      return;
    case 'fault':
      broken = true;
      await vi.advanceTimersByTimeAsync(300);
      broken = false;
  }
}

describe('createLiveFeed()', () => {
  it('hands new rows to all listeners with one read', async () => {
    const [a, b] = [listen(0), listen(0)];
    await vi.advanceTimersByTimeAsync(100);
    reads = 0;
    commit(1, 2);
    feed.wake();
    await vi.advanceTimersByTimeAsync(1);
    expect([a.got, b.got]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(reads).toBe(1);
  });

  it('serves listeners in turns: a row of the meantime does not wait until all have been served', async () => {
    const served: string[] = [];
    for (const name of ['a', 'b']) {
      feed.join(0, (rows) => {
        served.push(`${name} ${rows.map((row) => row.position).join()}`);
        if (served.length > 1) return;
        commit(2);
        feed.wake();
      });
    }
    commit(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(served).toEqual(['a 1', 'b 1,2', 'a 2']);
  });

  it('gives a listener nothing that waited for one who left', async () => {
    const got: number[] = [];
    let leave: (() => void) | undefined;
    feed.join(0, () => {
      leave?.();
      feed.join(1, (rows) => got.push(...rows.map((row) => row.position)));
    });
    leave = feed.join(0, () => {});
    commit(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(got).toEqual([]);
  });

  it('gives any listeners that come and go every row above their start, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        stopping.abort();
        start();
        readMs = 5;
        const members: Member[] = [];
        for (const each of steps) await take(each, members);
        await vi.advanceTimersByTimeAsync(10_000);
        for (const { from, got, leave } of members) {
          const all = Array.from({ length: log.length - from }, (_, index) => from + 1 + index);
          expect(got).toEqual(leave === undefined ? all.slice(0, got.length) : all);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds rows whose wake-up was lost', async () => {
    const { got } = listen(0);
    await vi.advanceTimersByTimeAsync(100);
    commit(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(got).toEqual([1]);
  });

  it('gives a listener only what is above the position it came with', async () => {
    const early = listen(0);
    const late = listen(2);
    commit(1, 2, 3);
    await vi.advanceTimersByTimeAsync(50);
    expect(early.got).toEqual([1, 2, 3]);
    expect(late.got).toEqual([3]);
  });

  it('turns away who is behind it, and starts anew where nobody listens', async () => {
    const first = listen(0);
    commit(1, 2);
    await vi.advanceTimersByTimeAsync(50);
    expect(feed.join(1, () => {})).toBeUndefined();
    first.leave();
    const second = listen(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(second.got).toEqual([2]);
  });

  it('reads nothing while nobody listens', async () => {
    commit(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(0);
  });

  it('reads on after a failure, with growing pauses, and loses nothing', async () => {
    const { got } = listen(0);
    broken = true;
    commit(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors.length).toBeGreaterThan(1);
    expect(errors.length).toBeLessThan(12);
    broken = false;
    await vi.advanceTimersByTimeAsync(7_000);
    expect(got).toEqual([1]);
  });

  it('goes on for the others when one listener throws', async () => {
    feed.join(0, () => {
      throw new Error('bug');
    });
    const { got } = listen(0);
    commit(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(got).toEqual([1]);
    expect(errors).toHaveLength(1);
  });

  it('leaves no timer behind when it stops', async () => {
    listen(0);
    await vi.advanceTimersByTimeAsync(100);
    stopping.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
