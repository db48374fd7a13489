import { expect, it } from 'vitest';
import { trimTime } from './trim-time.ts';

it.each([
  ['2026-11-20T10:00:00.000000Z', '2026-11-20T10:00:00Z'],
  ['2026-11-20T10:00:00.250000Z', '2026-11-20T10:00:00.25Z'],
  ['2026-11-20T10:00:00.000001Z', '2026-11-20T10:00:00.000001Z'],
  ['2026-11-20T10:00:00.100100Z', '2026-11-20T10:00:00.1001Z'],
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'],
])('trimTime() writes %s as %s', (time, trimmed) => {
  expect(trimTime(time)).toBe(trimmed);
});
