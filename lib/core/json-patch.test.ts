import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { parseExactJson, stringifyExactJson } from './exact-json.ts';
import { jsonPatch } from './json-patch.ts';

describe('jsonPatch', () => {
  it('says what was added, removed and replaced, with escaped names', () => {
    expect(
      jsonPatch({ a: 1, 'b/c': { '~': 1 }, d: [1, 2, 3] }, { 'b/c': { '~': 2 }, d: [1, 3], e: null }),
    ).toEqual([
      { op: 'remove', path: '/a' },
      { op: 'replace', path: '/b~1c/~0', value: 2 },
      { op: 'remove', path: '/d/1' },
      { op: 'add', path: '/e', value: null },
    ]);
  });

  it('leaves the ends of a list alone that are equal', () => {
    const ready = (status: string) => ({ type: 'Ready', status });
    expect(jsonPatch([1, ready('False'), 3], [0, 1, ready('False'), 3])).toEqual([
      { op: 'add', path: '/0', value: 0 },
    ]);
    expect(jsonPatch([1, ready('False'), 3], [1, ready('True'), 3])).toEqual([
      { op: 'replace', path: '/1/status', value: 'True' },
    ]);
  });

  it('replaces a value by one of another type, and the whole', () => {
    expect(jsonPatch({ a: [] }, { a: {} })).toEqual([{ op: 'replace', path: '/a', value: {} }]);
    expect(jsonPatch({ a: null }, { a: {} })).toEqual([{ op: 'replace', path: '/a', value: {} }]);
    expect(jsonPatch([], {})).toEqual([{ op: 'replace', path: '', value: {} }]);
    expect(jsonPatch({ a: 1 }, { a: 1 })).toEqual([]);
  });

  it('tells integers apart that no double can', () => {
    const before = parseExactJson('{"n":9007199254740993,"m":9007199254740993}');
    const after = parseExactJson('{"n":9007199254740995,"m":9007199254740993}');
    expect(stringifyExactJson(jsonPatch(before, after))).toBe(
      '[{"op":"replace","path":"/n","value":9007199254740995}]',
    );
  });

  it('does not take names of Object.prototype for members', () => {
    expect(jsonPatch({}, { toString: 1 })).toEqual([{ op: 'add', path: '/toString', value: 1 }]);
    expect(jsonPatch(JSON.parse('{"__proto__":1}'), {})).toEqual([{ op: 'remove', path: '/__proto__' }]);
  });

  it('replaces what lies very deep as a whole', () => {
    const nested = (leaf: string) => JSON.parse(`${'['.repeat(3_000)}${leaf}${']'.repeat(3_000)}`) as unknown;
    const [operation, ...others] = jsonPatch(nested('1'), nested('2'));
    expect(others).toEqual([]);
    expect(operation?.path).toBe('/0'.repeat(100));
  });

  it('takes one value to the other, for any two', () => {
    // Names that occur on both sides, so that members are compared and not only added and removed.
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 0, 1, 1.5, '', 'a', 'b'),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c/d', '~e', '', '0', '-'), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, value, (before, after) => {
        const document = structuredClone({ root: before });
        const patch = jsonPatch({ root: before }, { root: after });
        const failures = applyPatch(document, structuredClone(patch) as Parameters<typeof applyPatch>[1]);
        expect(failures.filter((failure) => failure !== null)).toEqual([]);
        expect(document).toEqual({ root: after });
      }),
      { numRuns: 500 },
    );
  });

  it('needs no steps where nothing changed, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed: unknown = JSON.parse(JSON.stringify(value), (_key, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        expect(jsonPatch(JSON.parse(JSON.stringify(value)), reversed)).toEqual([]);
      }),
    );
  });
});
