import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ageOf, humanDuration } from './human-duration.ts';

const [s, m, h, d] = [1_000, 60_000, 3_600_000, 86_400_000];

test.each([
  [-3 * s, '<invalid>'],
  [-1 * s, '0s'],
  [0, '0s'],
  [119 * s, '119s'],
  [2 * m, '2m'],
  [5 * m + 3 * s, '5m3s'],
  [10 * m + 3 * s, '10m'],
  [179 * m, '179m'],
  [3 * h, '3h'],
  [7 * h + 59 * m, '7h59m'],
  [8 * h + 59 * m, '8h'],
  [47 * h, '47h'],
  [2 * d + 4 * h, '2d4h'],
  [8 * d + 4 * h, '8d'],
  [729 * d, '729d'],
  [731 * d, '2y1d'],
  [3000 * d, '8y'],
])('%i ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('a longer duration never reads as a shorter one of the same unit', () => {
  fc.assert(
    fc.property(fc.nat(20 * 365 * 86_400), fc.nat(1_000), (seconds, more) => {
      const [first, second] = [humanDuration(seconds * s), humanDuration((seconds + more) * s)];
      const unit = (text: string) => text.replace(/\d+/g, '');
      expect(unit(first) !== unit(second) || parseFloat(first) <= parseFloat(second)).toBe(true);
    }),
  );
});

test('ageOf() says when a time is missing or none', () => {
  const now = new Date('2026-01-01T00:01:00Z');
  expect(ageOf('2026-01-01T00:00:00Z', now)).toBe('60s');
  expect(ageOf(undefined, now)).toBe('<unknown>');
  expect(ageOf('x', now)).toBe('<invalid>');
});
