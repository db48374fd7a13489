import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { deriveSealingKeys } from './sealed-token.ts';

const keys = deriveSealingKeys('a shared secret', 'cursor');
const binding = { username: 'alice', query: { group: 'apps', namespace: '*' } };
const anyValues = z.array(z.string().nullable());

describe('encodeCursor() and decodeCursor()', () => {
  it('gives back the values to the same user and query, and needs no escaping in a URL', () => {
    const values = fc.array(fc.option(fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(values, fc.string(), fc.dictionary(fc.string(), fc.string()), (sent, username, query) => {
        const cursor = encodeCursor(keys, { username, query }, sent);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(keys, { username, query }, cursor, anyValues)).toEqual(sent);
      }),
    );
  });

  it('opens after the parameters were given in another order', () => {
    const cursor = encodeCursor(keys, binding, ['a']);
    const reordered = { username: 'alice', query: { namespace: '*', name: undefined, group: 'apps' } };
    expect(decodeCursor(keys, reordered, cursor, anyValues)).toEqual(['a']);
  });

  it('refuses every changed character', () => {
    const cursor = encodeCursor(keys, binding, ['shop', 'checkout', '17']);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.';
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.constantFrom(...alphabet.split('')), (index, character) => {
        fc.pre(cursor[index] !== character);
        const changed = cursor.slice(0, index) + character + cursor.slice(index + 1);
        expect(decodeCursor(keys, binding, changed, anyValues)).toBeUndefined();
      }),
    );
  });

  it('refuses what never was a cursor', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(decodeCursor(keys, binding, text, anyValues)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['another user', { ...binding, username: 'bob' }],
    ['another query', { ...binding, query: { group: 'apps', namespace: 'shop' } }],
    ['a query with one filter less', { ...binding, query: { group: 'apps' } }],
    ['a user whose name runs into the query', { username: 'alice",{}', query: {} }],
  ])('refuses the cursor of %s', (_, other) => {
    const cursor = encodeCursor(keys, binding, ['a']);
    expect(decodeCursor(keys, other, cursor, anyValues)).toBeUndefined();
  });

  it('refuses values of another shape, such as those of another release', () => {
    const cursor = encodeCursor(keys, binding, ['not a number']);
    const schema = z.tuple([z.string().regex(/^\d+$/)]);
    expect(decodeCursor(keys, binding, cursor, schema)).toBeUndefined();
  });

  it('refuses a cursor made with another secret or for another purpose', () => {
    const cursor = encodeCursor(keys, binding, ['a']);
    for (const other of [deriveSealingKeys('other', 'cursor'), deriveSealingKeys('a shared secret', 'x')]) {
      expect(decodeCursor(other, binding, cursor, anyValues)).toBeUndefined();
    }
  });

  it('is the same for the same page, so that the answer keeps its ETag', () => {
    expect(encodeCursor(keys, binding, ['a'])).toBe(encodeCursor(keys, binding, ['a']));
  });

  it('hides its values', () => {
    const cursor = encodeCursor(keys, binding, ['position-4711']);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('4711');
  });
});
