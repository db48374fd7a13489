import { describe, expect, it } from 'vitest';
import { type AttemptEnd, decideNext, noTrouble, type Trouble } from './watch-decision.ts';

type Expectation = {
  readonly next: string;
  readonly firstMs: number;
  readonly laterMs: readonly [number, number];
};

/** For each signal: what comes next, the wait after the first, and the range of waits after the seventh in a row. */
const table: Readonly<Record<AttemptEnd['kind'], { end: AttemptEnd } & Expectation>> = {
  ended: { end: { kind: 'ended' }, next: 'retry', firstMs: 0, laterMs: [0, 30_000] },
  stalled: { end: { kind: 'stalled' }, next: 'retry', firstMs: 0, laterMs: [0, 30_000] },
  expired: { end: { kind: 'expired' }, next: 'list', firstMs: 0, laterMs: [0, 30_000] },
  throttled: {
    end: { kind: 'throttled', retryAfterMs: 7_000 },
    next: 'retry',
    firstMs: 7_400,
    laterMs: [7_000, 7_800],
  },
  behind: {
    end: { kind: 'behind', retryAfterMs: 1_000 },
    next: 'retry',
    firstMs: 1_400,
    laterMs: [1_000, 1_800],
  },
  unauthorized: { end: { kind: 'unauthorized' }, next: 'retry', firstMs: 400, laterMs: [0, 30_000] },
  forbidden: {
    end: { kind: 'forbidden', message: 'no' },
    next: 'retry',
    firstMs: 45_000,
    laterMs: [30_000, 60_000],
  },
  absent: { end: { kind: 'absent' }, next: 'check-served', firstMs: 0, laterMs: [0, 30_000] },
  rejected: {
    end: { kind: 'rejected', code: 400, message: 'bad' },
    next: 'list',
    firstMs: 45_000,
    laterMs: [30_000, 60_000],
  },
  failed: {
    end: { kind: 'failed', code: 500, message: 'broken' },
    next: 'retry',
    firstMs: 400,
    laterMs: [0, 30_000],
  },
  lost: { end: { kind: 'lost', reason: 'ECONNREFUSED' }, next: 'retry', firstMs: 400, laterMs: [0, 30_000] },
  unreadable: {
    end: { kind: 'unreadable', reason: 'no JSON' },
    next: 'retry',
    firstMs: 400,
    laterMs: [0, 30_000],
  },
};

describe('decideNext()', () => {
  it.each(Object.entries(table))('answers %s', (_kind, { end, next, firstMs, laterMs }) => {
    const first = decide(end, noTrouble);
    expect({ next: first.next, waitMs: first.waitMs }).toEqual({ next, waitMs: firstMs });
    const seventh = repeat(end, 7);
    expect(seventh.waitMs).toBeGreaterThanOrEqual(laterMs[0]);
    expect(seventh.waitMs).toBeLessThanOrEqual(laterMs[1]);
  });

  it('doubles the bound of the wait from 0.8 to 30 s', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((times) => repeat(table.lost.end, times).waitMs);
    expect(waits).toEqual([400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
  });

  it('opens at once what had lived longer than the wait, and never resets for a mere event', () => {
    const trouble: Trouble = { failures: 6, behind: 0, lastFailureMs: 990_000 };
    expect(decide({ kind: 'ended' }, trouble, { livedMs: 30_000 }).waitMs).toBe(0);
    expect(decide({ kind: 'ended' }, trouble, { livedMs: 50 }).waitMs).toBe(12_750);
    expect(decide({ kind: 'ended' }, trouble, { livedMs: 50 }).trouble.failures).toBe(7);
  });

  it('forgets failures once a watch lived a minute or two minutes passed without any', () => {
    const trouble: Trouble = { failures: 6, behind: 0, lastFailureMs: 990_000 };
    expect(decide(table.lost.end, trouble, { livedMs: 60_000 }).trouble.failures).toBe(1);
    expect(decide(table.lost.end, { ...trouble, lastFailureMs: 870_000 }).trouble.failures).toBe(1);
    expect(decide(table.lost.end, trouble, { livedMs: 59_000 }).trouble.failures).toBe(7);
  });

  it('lists afresh when every server stays behind, or a watch fails for no known reason five times', () => {
    expect(repeat(table.behind.end, 5).next).toBe('retry');
    expect(repeat(table.behind.end, 6).next).toBe('list');
    expect(repeat(table.failed.end, 5).next).toBe('list');
    expect(repeat(table.unreadable.end, 5).next).toBe('list');
    expect(repeat(table.lost.end, 50).next).toBe('retry');
  });

  it('backs off from a throttling server that does not say for how long', () => {
    expect(repeat({ kind: 'throttled', retryAfterMs: undefined }, 4).waitMs).toBe(3_200);
  });
});

function decide(end: AttemptEnd, trouble: Trouble, more: { readonly livedMs?: number } = {}) {
  return decideNext(end, {
    attempt: 'watch',
    livedMs: more.livedMs ?? 0,
    nowMs: 1_000_000,
    trouble,
    random: () => 0.5,
  });
}

function repeat(end: AttemptEnd, times: number) {
  let decision = decide(end, noTrouble);
  for (let time = 1; time < times; time += 1) decision = decide(end, decision.trouble);
  return decision;
}
