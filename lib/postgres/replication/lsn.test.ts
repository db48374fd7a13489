import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLsn, formatLsnKey, parseLsn } from './lsn.ts';

const lsn = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('an LSN', () => {
  it('reads and writes as PostgreSQL does', () => {
    expect(parseLsn('0/16B3748')).toBe(0x16b3748n);
    expect(formatLsn(0x1_0000_0000n)).toBe('1/0');
  });

  it('survives its text', () => {
    fc.assert(
      fc.property(lsn, (position) => {
        expect(parseLsn(formatLsn(position))).toBe(position);
      }),
    );
  });

  it('sorts as key as it sorts as number', () => {
    fc.assert(
      fc.property(lsn, lsn, (a, b) => {
        expect(formatLsnKey(a) < formatLsnKey(b)).toBe(a < b);
      }),
    );
  });

  it.each(['', '0', '0/', '/0', '0/G', '123456789/0', '0/0/0'])('is not read from %j', (text) => {
    expect(() => parseLsn(text)).toThrow(SyntaxError);
  });
});
