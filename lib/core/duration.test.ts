import { describe, expect, it } from 'vitest';
import { parseDurationMs } from './duration.ts';

describe('parseDurationMs()', () => {
  it.each([
    ['50s', 50_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 s', '-1s', '1x', '1s2', 'NaNs'])('refuses %j', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});
