import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExactNumber, parseExactJson, stringifyExactJson } from './exact-json.ts';

const roundTrip = (text: string) => stringifyExactJson(parseExactJson(text));

describe('parseExactJson', () => {
  it('keeps every digit of integers beyond 2^53', () => {
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        const text = `{"a":[${integer}],"b": ${integer}}`;
        expect(roundTrip(text)).toBe(`{"a":[${integer}],"b":${integer}}`);
      }),
    );
  });

  it('equals JSON.parse for everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
        expect(roundTrip(text)).toBe(text);
      }),
    );
  });

  it.each([
    ['9007199254740993', true],
    ['9007199254740992', false],
    ['-9007199254740993', true],
    ['3.14159265358979323846', true],
    ['0.1000000000000000000', false],
    ['1e400', true],
    ['1e-400', true],
    ['1e100', false],
    ['12345678901234567890e5', true],
    ['0.0000000000000000001', false],
    ['0e999', false],
    ['-0', false],
  ])('tells whether %s needs its text kept: %s', (literal, kept) => {
    expect(isExactNumber(parseExactJson(literal))).toBe(kept);
    expect(isExactNumber((parseExactJson(`[1, ${literal}]`) as unknown[])[1])).toBe(kept);
  });

  it('does not touch long digits inside strings', () => {
    const text = '{"a":"x,12345678901234567890","b":"[98765432109876543210"}';
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it('keeps a __proto__ key as a plain field on both paths', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":12345678901234567890}}']) {
      expect(roundTrip(text)).toBe(text);
    }
  });

  it('throws SyntaxError where JSON.parse does', () => {
    expect(() => parseExactJson('{"a":12345678901234567890')).toThrow(SyntaxError);
    expect(() => parseExactJson('')).toThrow(SyntaxError);
  });
});
