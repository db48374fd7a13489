import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from './resource-version.ts';

const version = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n });

describe('compareResourceVersions()', () => {
  it('orders decimal versions up to 128 bits as numbers', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const expected = a === b ? 0 : a < b ? -1 : 1;
        expect(compareResourceVersions(String(a), String(b))).toBe(expected);
      }),
    );
  });

  it.each(['', '0', '01', '1a', '-1', '1.0', 'W/"1"', `1${'0'.repeat(39)}`])(
    'does not order %j against a decimal version',
    (other) => {
      expect(compareResourceVersions(other, '7')).toBeUndefined();
      expect(compareResourceVersions('7', other)).toBeUndefined();
    },
  );

  it('finds two equal versions of any form equal', () => {
    expect(compareResourceVersions('abc', 'abc')).toBe(0);
  });
});
