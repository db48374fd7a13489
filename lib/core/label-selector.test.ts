import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseLabelSelector } from './label-selector.ts';

const labels = { app: 'web', tier: 'front', size: '10', empty: '' };

test.each([
  ['', true],
  ['app=web', true],
  ['app==web,tier!=back', true],
  ['app != web', false],
  ['missing!=x', true],
  ['app in (api, web)', true],
  ['app notin (api,web)', false],
  ['missing notin (a)', true],
  ['app,!missing', true],
  ['!app', false],
  ['size>9', true],
  ['size<10', false],
  ['app>1', false],
  ['missing<1', false],
  ['empty=', true],
  ['empty in ()', true],
  ['empty in (,a)', true],
  ['in in (in)', false],
  ['toString', false],
])('the selector %j matches the example: %j', (text, expected) => {
  const selector = parseLabelSelector(text);
  expect(selector.kind === 'selector' && selector.matches(labels)).toBe(expected);
});

test.each([
  ['=x', "found '=', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['a in (,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['!=a', "found '!=', expected: !, identifier, or 'end of string'"],
  ['a=(', "unable to parse requirement: found '(', expected: identifier"],
  ['!!a', "unable to parse requirement: found '!', expected: identifier"],
  [
    'a>x',
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
])('the selector %j is refused with the words of the API server', (text, message) => {
  expect(parseLabelSelector(text)).toEqual({ kind: 'invalid', message });
});

test('several problems of one requirement are reported together', () => {
  const selector = parseLabelSelector(`a in (${'x'.repeat(64)},-)`);
  expect(selector.kind === 'invalid' && selector.message).toMatch(
    /^unable to parse requirement: \[values\[0\]\[a\]: .*, values\[1\]\[a\]: .*must be no more than 63 bytes\]$/,
  );
});

test('requirements are sorted by key, their values sorted and without doubles', () => {
  expect(parseLabelSelector('z in (b,a,b),a=1')).toMatchObject({
    requirements: [
      { key: 'a', operator: 'in', values: ['1'] },
      { key: 'z', operator: 'in', values: ['a', 'b'] },
    ],
  });
});

test('any text gives a selector or a message, never an exception', () => {
  const fragment = fc.constantFrom(
    'a',
    'b/c',
    'in',
    'notin',
    '(',
    ')',
    ',',
    '=',
    '==',
    '!',
    '<',
    '>',
    ' ',
    '7',
    '_',
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
      const selector = parseLabelSelector(fragments.join(''));
      const outcome = selector.kind === 'invalid' ? selector.message : selector.matches({ a: 'b' });
      expect(outcome).not.toBe('');
    }),
  );
});

test('a requirement and its negation never both match', () => {
  const word = fc.stringMatching(/^[a-c]{1,2}$/);
  fc.assert(
    fc.property(
      word,
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.dictionary(word, word),
      (key, values, set) => {
        const set1 = parseLabelSelector(`${key} in (${values.join(',')})`);
        const set2 = parseLabelSelector(`${key} notin (${values.join(',')})`);
        if (set1.kind !== 'selector' || set2.kind !== 'selector') throw new Error('expected two selectors');
        expect(set1.matches(set)).toBe(!set2.matches(set));
      },
    ),
  );
});
