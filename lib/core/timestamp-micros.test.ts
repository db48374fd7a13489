import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timestampMicros } from './timestamp-micros.ts';

it('timestampMicros() keeps six digits and cuts the rest', () => {
  expect(timestampMicros('2026-11-20T10:00:00.123456789Z')).toBe(1_795_168_800_123_456);
  expect(timestampMicros('2026-11-20T12:00:00.1+02:00')).toBe(1_795_168_800_100_000);
  expect(timestampMicros('2026-11-20T10:00:00Z')).toBe(1_795_168_800_000_000);
});

it('timestampMicros() agrees with Date for every millisecond from year 1 to 9999', () => {
  const date = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (at) => {
      // Beyond 2^53 microseconds a double counts in twos.
      expect(
        Math.abs((timestampMicros(at.toISOString()) ?? Number.NaN) - at.getTime() * 1_000),
      ).toBeLessThanOrEqual(8);
    }),
  );
});

it.each([
  '',
  'yesterday',
  '2026-11-20',
  '2026-11-20 10:00:00Z',
  '0000-01-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '+012026-11-20T10:00:00Z',
])('timestampMicros() takes %j for no time', (text) => {
  expect(timestampMicros(text)).toBeUndefined();
});
