import { describe, expect, it } from 'vitest';
import { fullJitterMs } from './full-jitter.ts';

describe('fullJitterMs()', () => {
  it.each([
    [1, 0.999, 99],
    [2, 0.999, 199],
    [3, 0.5, 200],
    [4, 0.999, 499],
    [10_000, 0.999, 499],
    [0, 0.999, 99],
    [5, 0, 0],
  ])('after %i failures with %d waits %i ms', (failures, random, expected) => {
    expect(fullJitterMs({ baseMs: 100, capMs: 500 }, failures, random)).toBe(expected);
  });
});
