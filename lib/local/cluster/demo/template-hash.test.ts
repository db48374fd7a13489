import fc from 'fast-check';
import { expect, it } from 'vitest';
import { templateHash } from './template-hash.ts';

it('names equal values alike, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(templateHash(turned)).toBe(templateHash(value));
    }),
  );
});

it('is fit for a label and a name', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(templateHash(value)).toMatch(/^[4-9bcdf]{1,10}$/);
    }),
  );
});

it('tells different templates apart', () => {
  expect(templateHash({ image: 'a:1' })).not.toBe(templateHash({ image: 'a:2' }));
});
