import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyExactJson } from '../../core/exact-json.ts';
import { columnValue } from './column-value.ts';
import { parseArrayLiteral } from './parse-array-literal.ts';

describe('columnValue()', () => {
  it.each([
    [16, 't', true],
    [16, 'f', false],
    [23, '-7', -7],
    [701, '1.5', 1.5],
    [701, 'NaN', 'NaN'],
    [701, '-Infinity', '-Infinity'],
    [1184, '2026-11-20 19:32:58.219995+00', '2026-11-20T19:32:58.219995+00:00'],
    [1184, '0044-03-15 10:00:00+00 BC', '0044-03-15T10:00:00+00:00 BC'],
    [1184, 'infinity', 'infinity'],
    [1114, '2026-11-20 19:32:58', '2026-11-20T19:32:58'],
    [3802, '{"a": [1, null]}', { a: [1, null] }],
    [1007, '{1,NULL,3}', [1, null, 3]],
    [1009, '{"a \\"b\\"",NULL,"NULL",{}}', ['a "b"', null, 'NULL', []]],
    [25, 'plain', 'plain'],
    [999_999, 'of a type that nobody knows', 'of a type that nobody knows'],
  ])('makes of type %i and %j what to_jsonb makes of it', (typeOid, text, value) => {
    expect(columnValue(typeOid, text)).toEqual(value);
  });

  it.each([
    [20, '9223372036854775807'],
    [1700, '12345678901234567890.0000000000000000001'],
    [3802, '{"n": 9007199254740993}'],
  ])('keeps every digit of type %i', (typeOid, text) => {
    expect(stringifyExactJson(columnValue(typeOid, text))).toBe(text.replaceAll(': ', ':'));
  });
});

describe('parseArrayLiteral()', () => {
  const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

  it('reads back nested arrays of any text', () => {
    const member = fc.oneof(fc.string(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.array(member, { minLength: 1 }), { minLength: 1 }), (rows) => {
        const literal = `{${rows
          .map((row) => `{${row.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`)
          .join(',')}}`;
        expect(parseArrayLiteral(literal, (text) => text)).toEqual(rows);
      }),
    );
  });

  it('leaves out bounds that do not start at 1', () => {
    expect(parseArrayLiteral('[0:1]={a,b}', (text) => text)).toEqual(['a', 'b']);
  });

  it.each(['', '1', '{', '{1', '{1}x', '{"a', '{1,2'])('refuses %j', (text) => {
    expect(() => parseArrayLiteral(text, (value) => value)).toThrow(SyntaxError);
  });
});
