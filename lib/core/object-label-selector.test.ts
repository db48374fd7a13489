import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatObjectSelector, objectSelectorMatcher } from './object-label-selector.ts';

test('formatObjectSelector() sorts by key and writes every operator', () => {
  const text = formatObjectSelector({
    matchLabels: { tier: 'front', app: 'web' },
    matchExpressions: [
      { key: 'size', operator: 'In', values: ['m', 'l'] },
      { key: 'zone', operator: 'NotIn', values: ['a'] },
      { key: 'b', operator: 'Exists' },
      { key: 'c', operator: 'DoesNotExist' },
    ],
  });
  expect(text).toBe('app=web,b,!c,size in (l,m),tier=front,zone notin (a)');
});

test('an empty selector takes everything and a missing one nothing', () => {
  expect(objectSelectorMatcher({})({ a: '1' })).toBe(true);
  expect(objectSelectorMatcher(undefined)({ a: '1' })).toBe(false);
});

test('objectSelectorMatcher() throws for an operator that does not exist', () => {
  expect(() => objectSelectorMatcher({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow(
    'operator "Near"',
  );
});

test('a selector made of labels matches exactly the supersets of these labels', () => {
  const labels = fc.dictionary(fc.stringMatching(/^[ab]$/), fc.stringMatching(/^[xy]$/));
  fc.assert(
    fc.property(labels, labels, (wanted, actual) => {
      const expected = Object.entries(wanted).every(([key, value]) => actual[key] === value);
      expect(objectSelectorMatcher({ matchLabels: wanted })(actual)).toBe(expected);
    }),
  );
});
