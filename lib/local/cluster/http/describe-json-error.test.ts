import fc from 'fast-check';
import { expect, test } from 'vitest';

import { describeJsonError } from './describe-json-error.ts';

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"metadata":', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 2}', "invalid character '2' after object key:value pair"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['nope', "invalid character 'n' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
])('%s: %s', (text, message) => {
  expect(describeJsonError(text)).toBe(message);
});

test('whatever JSON.parse refuses gets a description', () => {
  const broken = fc
    .json()
    .chain((json) => fc.nat({ max: json.length }).map((length) => json.slice(0, length)));
  fc.assert(
    fc.property(broken, (text) => {
      fc.pre(isNoJson(text));
      expect(describeJsonError(text)).toMatch(/^(?:unexpected end of JSON input|invalid character )/);
    }),
  );
});

function isNoJson(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
