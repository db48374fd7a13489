import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeStatus, parseRetryAfterMs, retryDelayMs } from './retry-policy.ts';

it('judgeStatus follows the data plane contract for every status', () => {
  const retried = Array.from({ length: 600 }, (_, status) => status).filter(
    (status) => judgeStatus(status) === 'retry',
  );
  expect(retried).toEqual([404, 408, 409, 429, ...Array.from({ length: 100 }, (_, index) => 500 + index)]);
  expect([199, 200, 202, 299, 300].map(judgeStatus)).toEqual([
    'final',
    'accepted',
    'accepted',
    'accepted',
    'final',
  ]);
});

describe('retryDelayMs', () => {
  it('stays between zero and the doubled bound, at most the cap', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 5_000 }).map((n) => n + 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const delayMs = retryDelayMs({ baseMs: 100, capMs: 30_000 }, { attempt, random });
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThan(Math.min(30_000, 100 * 2 ** (attempt - 1)));
        },
      ),
    );
  });

  it('never comes back before a Retry-After', () => {
    expect(
      retryDelayMs({ baseMs: 100, capMs: 1_000 }, { attempt: 1, retryAfterMs: 5_000, random: 0.25 }),
    ).toBe(5_025);
  });
});

it.each([
  ['0', 0],
  ['120', 120_000],
  ['Thu, 01 Jan 1970 00:16:50 GMT', 10_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('parseRetryAfterMs reads %j as %j', (text, expected) => {
  expect(parseRetryAfterMs(text, 1_000_000)).toBe(expected);
});
