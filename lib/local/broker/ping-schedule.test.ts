import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextPingMs } from './ping-schedule.ts';

it.each([
  ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
  ['7 * * * *', '2026-01-01T00:07:00Z', '2026-01-01T01:07:00Z'],
  ['*/15 * * * *', '2026-01-01T00:46:00Z', '2026-01-01T01:00:00Z'],
  ['5/20 * * * *', '2026-01-01T00:26:00Z', '2026-01-01T00:45:00Z'],
  ['0 3 * * *', '2026-01-31T03:00:00Z', '2026-02-01T03:00:00Z'],
  ['30 1,13 * * *', '2026-01-01T02:00:00Z', '2026-01-01T13:30:00Z'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 * * 1-5', '2026-01-02T12:00:00Z', '2026-01-05T00:00:00Z'],
  ['0 0 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['0 0 13 * 5', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00Z'],
])('nextPingMs of %s after %s is %s', (schedule, after, next) => {
  expect(new Date(nextPingMs(schedule, Date.parse(after))).toISOString()).toBe(next.replace('Z', '.000Z'));
});

it.each(['', '* * * *', '60 * * * *', '* * 0 * *', '5-1 * * * *', '*/0 * * * *', 'a * * * *', '0 0 31 2 *'])(
  'nextPingMs refuses %j',
  (schedule) => {
    expect(() => nextPingMs(schedule, 0)).toThrow(TypeError);
  },
);

it('nextPingMs is always a whole minute in the future', () => {
  const minute = fc.nat({ max: 59 });
  fc.assert(
    fc.property(minute, fc.nat({ max: 23 }), fc.nat({ max: 4_000_000_000_000 }), (m, h, afterMs) => {
      const next = nextPingMs(`${m} ${h} * * *`, afterMs);
      expect(next).toBeGreaterThan(afterMs);
      expect(next - afterMs).toBeLessThanOrEqual(86_400_000);
      expect(next % 60_000).toBe(0);
    }),
  );
});
