import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseFieldSelector } from './field-selector.ts';

const anyField = (field: string) => ({ field });
const fields = { 'metadata.name': 'web', 'status.phase': 'Running', reason: 'a,b=c' };

test.each([
  ['', true],
  ['metadata.name=web', true],
  ['metadata.name==web,status.phase!=Failed', true],
  ['status.phase!=Running', false],
  ['spec.nodeName=', true],
  ['spec.nodeName!=n1', true],
  ['reason=a\\,b\\=c', true],
  [',metadata.name=web,', true],
])('the selector %j matches the example: %j', (text, expected) => {
  const selector = parseFieldSelector(text, anyField);
  expect(selector.kind === 'selector' && selector.matches(fields)).toBe(expected);
});

test.each([
  ['nope', "invalid selector: 'nope'; can't understand 'nope'"],
  ['a=b,nope', "invalid selector: 'a=b,nope'; can't understand 'nope'"],
  ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ['a=\\', 'invalid field selector: invalid escape sequence: \\'],
])('the selector %j is refused with the words of the API server', (text, message) => {
  expect(parseFieldSelector(text, anyField)).toEqual({ kind: 'invalid', message });
});

test('the first unsupported field, in the order of the terms, decides about the message', () => {
  const selector = parseFieldSelector('z=1,b=2', (field) => ({ message: `no ${field}` }));
  expect(selector).toEqual({ kind: 'invalid', message: 'no b' });
});

test('a field is looked up under its translated name', () => {
  const selector = parseFieldSelector('regarding.name=web', () => ({ field: 'involvedObject.name' }));
  expect(selector.kind === 'selector' && selector.matches({ 'involvedObject.name': 'web' })).toBe(true);
});

test('every value survives escaping', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const escaped = value.replace(/[\\,=]/g, (character) => `\\${character}`);
      const selector = parseFieldSelector(`f=${escaped}`, anyField);
      expect(selector.kind === 'selector' && selector.matches({ f: value })).toBe(true);
    }),
  );
});
