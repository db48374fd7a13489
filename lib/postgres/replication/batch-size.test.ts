import { expect, it } from 'vitest';
import { nextBatchSize } from './batch-size.ts';

it.each([
  [{ rows: 20, bytes: 2_000 }, 500],
  [{ rows: 20, bytes: 20_971_520 }, 1],
  [{ rows: 10, bytes: 104_857_600 }, 1],
  [{ rows: 20, bytes: 200_000 }, 104],
  [{ rows: 0, bytes: 0 }, 500],
])('nextBatchSize() after %j is %i', (last, size) => {
  expect(nextBatchSize(last)).toBe(size);
});
