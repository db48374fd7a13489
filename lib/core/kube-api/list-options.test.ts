import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListOptions } from './list-options.ts';

const parse = (query: string) => parseListOptions(new URLSearchParams(query));

describe('parseListOptions()', () => {
  it('reads a list and a watch', () => {
    expect(parse('limit=500&resourceVersion=7&resourceVersionMatch=NotOlderThan')).toMatchObject({
      kind: 'options',
      watch: false,
      limit: 500,
      resourceVersion: '7',
      match: 'NotOlderThan',
    });
    expect(
      parse(
        'watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=9',
      ),
    ).toMatchObject({ watch: true, allowBookmarks: true, sendInitialEvents: true, timeoutSeconds: 9 });
  });

  it.each(['', 'limit=0', 'limit=-1', 'limit='])('takes %j for a list of everything', (query) => {
    expect(parse(query)).toMatchObject({ kind: 'options', limit: undefined });
  });

  it.each([
    ['resourceVersionMatch=Exact', 'is forbidden unless resourceVersion is provided'],
    ['resourceVersionMatch=Exact&resourceVersion=0', '"exact" is forbidden for resourceVersion "0"'],
    ['resourceVersionMatch=Exact&resourceVersion=5&continue=x', 'is forbidden when continue is provided'],
    ['resourceVersionMatch=Newest&resourceVersion=5', 'supported values: "Exact", "NotOlderThan", ""'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=false', 'requires setting resourceVersionMatch to NotOlderThan'],
    ['watch=1&resourceVersionMatch=NotOlderThan', 'forbidden for watch unless sendInitialEvents is provided'],
    ['watch=1&sendInitialEvents=1&resourceVersionMatch=Exact', 'supported values: "NotOlderThan"'],
  ])('refuses %s as options that exclude each other', (query, message) => {
    const refused = parse(query);
    expect(refused.kind).toBe('contradictory');
    expect(JSON.stringify(refused)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it.each([
    ['limit=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['timeoutSeconds=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [
      'resourceVersion=abc',
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    ['continue=x&resourceVersion=5', 'specifying resource version is not allowed when using continue'],
  ])('refuses %s', (query, message) => {
    expect(parse(query)).toEqual({ kind: 'unreadable', message });
  });

  it('has an answer for everything', () => {
    const names = [
      'limit',
      'continue',
      'resourceVersion',
      'resourceVersionMatch',
      'sendInitialEvents',
      'watch',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (query) => {
        const { kind } = parseListOptions(new URLSearchParams(query));
        expect(['options', 'unreadable', 'contradictory']).toContain(kind);
      }),
    );
  });
});
