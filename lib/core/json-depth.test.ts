import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it('finds the depth that a walk over the value finds, whatever its strings hold', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('[', ']}', '"', '\\', '\\"[', '{"\\\\"', 7, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', '{', '"}', '\\'), tie('value')),
    ),
  }));
  fc.assert(
    fc.property(value, fc.nat(6), (json, max) => {
      expect(isDeeperThan(max, JSON.stringify(json))).toBe(depthOf(json) > max);
    }),
    { numRuns: 500 },
  );
});

it('takes depths at which a recursion overflows the stack', () => {
  const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(isDeeperThan(99_999, text)).toBe(true);
  expect(isDeeperThan(100_000, text)).toBe(false);
});
