import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveFeed, type LiveFeed } from './live-feed.ts';

type Row = { readonly position: number };

let stopping: AbortController;
let log: Row[];
let reads: number;
let broken: boolean;
let errors: unknown[];
let feed: LiveFeed<Row>;

beforeEach(() => {
  vi.useFakeTimers();
  stopping = new AbortController();
  log = [];
  reads = 0;
  broken = false;
  errors = [];
  feed = createLiveFeed<Row>({
    readAfter: (position, limit) => {
      reads += 1;
      if (broken) return Promise.reject(new Error('connection lost'));
      return Promise.resolve(log.filter((row) => row.position > position).slice(0, limit));
    },
    pollMs: 1_000,
    minPauseMs: 20,
    onError: (error) => errors.push(error),
  });
  void feed.run(stopping.signal);
});
afterEach(() => {
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
