import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchLimits, type BatchState, batchLength, decideBatch } from './batching-policy.ts';

const limits: BatchLimits = { maxRows: 100, maxBytes: 1_000, maxLingerMs: 5 };
const state = (changes: Partial<BatchState>): BatchState => ({
  rows: 10,
  bytes: 100,
  ageMs: 1,
  arrivedRows: 3,
  idleWriters: 1,
  busyWriters: 0,
  ...changes,
});

describe('decideBatch', () => {
  it('waits while rows keep coming and there is room', () => {
    expect(decideBatch(state({}), limits)).toBe('wait');
  });

  it.each([
    ['nothing new came for a whole turn', { arrivedRows: 0 }],
    ['the rows are enough', { rows: 100 }],
    ['the bytes are enough', { bytes: 1_000 }],
    ['the first row has lingered long enough', { ageMs: 5 }],
  ])('flushes when %s', (_, change) => {
    expect(decideBatch(state(change), limits)).toBe('flush');
  });

  it('flushes one row alone in the first quiet turn', () => {
    expect(decideBatch(state({ rows: 1, arrivedRows: 0, ageMs: 0 }), limits)).toBe('flush');
  });

  const count = fc.nat(200);
  const states = fc.record({
    rows: count,
    bytes: fc.nat(2_000),
    ageMs: fc.nat(20),
    arrivedRows: count,
    idleWriters: fc.nat(3),
    busyWriters: fc.nat(3),
  });

  it('never flushes without rows or without a writer', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (any, noRows) => {
        const blocked = noRows ? { ...any, rows: 0 } : { ...any, idleWriters: 0 };
        expect(decideBatch(blocked, limits)).toBe('wait');
      }),
    );
  });

  it('never waits longer than the linger with both', () => {
    fc.assert(
      fc.property(states, (any) => {
        const due = { ...any, rows: any.rows + 1, idleWriters: any.idleWriters + 1, ageMs: any.ageMs + 5 };
        expect(decideBatch(due, limits)).toBe('flush');
      }),
    );
  });
});

describe('decideBatch behind another batch', () => {
  const ordered: BatchLimits = { ...limits, behind: { rows: 40, bytes: 400, maxWaitMs: 50 } };
  const behind = (changes: Partial<BatchState>) =>
    decideBatch(state({ busyWriters: 1, arrivedRows: 0, ageMs: 10, ...changes }), ordered);

  it('waits for company, however quiet it is', () => {
    expect(behind({})).toBe('wait');
    expect(behind({ busyWriters: 0 })).toBe('flush');
  });

  it.each([
    ['the rows are worth a transaction', { rows: 40 }],
    ['the bytes are', { bytes: 400 }],
    ['the other batch takes too long', { ageMs: 50 }],
  ])('flushes when %s', (_, change) => {
    expect(behind(change)).toBe('flush');
  });
});

describe('batchLength', () => {
  it('takes as many as fit, in order, and at least one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_500), { minLength: 1, maxLength: 300 }),
        fc.record({
          maxRows: fc.integer({ min: 1, max: 200 }),
          maxBytes: fc.integer({ min: 1, max: 3_000 }),
          maxLingerMs: fc.constant(5),
        }),
        (sizes, any) => {
          const length = batchLength(sizes, any);
          const bytes = sizes.slice(0, length).reduce((sum, size) => sum + size, 0);
          expect(length).toBeGreaterThanOrEqual(1);
          expect(length).toBeLessThanOrEqual(any.maxRows);
          expect(length === 1 || bytes <= any.maxBytes).toBe(true);
          const next = sizes[length];
          const isFull = length === any.maxRows || next === undefined || bytes + next > any.maxBytes;
          expect(isFull).toBe(true);
        },
      ),
    );
  });
});
