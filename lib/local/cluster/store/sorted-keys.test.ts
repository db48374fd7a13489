import fc from 'fast-check';
import { expect, test } from 'vitest';

import { SortedKeys } from './sorted-keys.ts';

test('SortedKeys holds what a sorted set holds, from any key on, and knows the rank of any key', () => {
  const key = fc.integer({ min: 0, max: 3_000 }).map((number) => `k${number}`);
  const step = fc.record({ key, remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2_500, size: 'max' }), key, (steps, start) => {
      const keys = new SortedKeys();
      const model = new Set<string>();
      for (const { key: name, remove } of steps) {
        if (remove) keys.remove(name);
        else keys.add(name);
        if (remove) model.delete(name);
        else model.add(name);
      }
      const sorted = [...model].sort();
      expect([...keys.from('')]).toEqual(sorted);
      expect([...keys.from(start)]).toEqual(sorted.filter((name) => name >= start));
      expect(keys.rank(start)).toBe(sorted.filter((name) => name < start).length);
    }),
    { numRuns: 30 },
  );
});
