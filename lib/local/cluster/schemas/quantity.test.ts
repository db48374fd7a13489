import fc from 'fast-check';
import { expect, test } from 'vitest';

import { canonicalQuantity } from './quantity.ts';

test.each([
  ['0', '0'],
  ['0Mi', '0'],
  ['0.5', '500m'],
  ['1500m', '1500m'],
  ['1000m', '1'],
  ['10.0', '10'],
  ['100000', '100k'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1.1Mi', '1153433600m'],
  ['0.5Ki', '512'],
  ['0.1Ki', '102400m'],
  ['1e3', '1e3'],
  ['1000e3', '1e6'],
  ['1.5e3', '1500'],
  ['0.1n', '1n'],
  ['-5', '-5'],
  ['16Ei', '9223372036854775807'],
])('%s becomes %s', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each(['', 'abc', '1e', '5Mi5', '1 Gi', '1..2'])('%j is no quantity', (text) => {
  expect(canonicalQuantity(text)).toBeUndefined();
});

test('the canonical text is its own canonical text, unless a binary amount lost its suffix and reads as decimal', () => {
  const number = fc.tuple(fc.nat(999_999_999), fc.constantFrom('', '.5', '.25', '.125'));
  const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3');
  fc.assert(
    fc.property(number, suffix, ([whole, fraction], unit) => {
      const once = canonicalQuantity(`${whole}${fraction}${unit}`) ?? '';
      const again = canonicalQuantity(once) ?? '';
      const lostSuffix = unit.endsWith('i') && /^[0-9]+$/.test(once);
      expect(again).toBe(lostSuffix ? canonicalQuantity(again) : once);
    }),
    { examples: [[[482_046_828, '.125'], 'Ki']], numRuns: 1_000 },
  );
});
