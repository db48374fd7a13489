import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compileJsonPath } from './json-path.ts';

const object = {
  spec: { size: 3, 'odd.key': 'x', list: [{ name: 'a', n: 1 }, { name: 'b', n: 2 }, { n: 3 }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False', observed: true },
    ],
  },
};

test.each([
  ['.spec.size', [3]],
  ['{.spec.size}', [3]],
  ['$.spec.size', [3]],
  ['.spec.none.deeper', []],
  [".spec['odd.key']", ['x']],
  ['.spec.odd\\.key', ['x']],
  ['.spec["size"]', [3]],
  ['.spec.list[0].name', ['a']],
  ['.spec.list[-1].n', [3]],
  ['.spec.list[5]', []],
  ['.spec.list[0:2].n', [1, 2]],
  ['.spec.list[*].name', ['a', 'b']],
  ['.spec.list.*.n', [1, 2, 3]],
  ['..name', ['a', 'b']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type != 'Ready')].type", ['Synced']],
  ['.status.conditions[?(@.observed)].type', ['Synced']],
  ['.status.conditions[?(@.observed==true)].type', ['Synced']],
  ['.spec.list[?(@.n>1)].n', [2, 3]],
  ['.spec.list[?(@.n<=1)].n', [1]],
])('%s finds %j', (path, expected) => {
  expect(compileJsonPath(path)?.(object)).toEqual(expected);
});

test.each(['spec', '.a[', '.a[?(x)]', '.a[?(@.b==c)]', '.a b', '.a[b]'])('%s is no path', (path) => {
  expect(compileJsonPath(path)).toBeUndefined();
});

test('a path of names finds what is there, whatever the names are', () => {
  const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== '__proto__');
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.integer(), (names, value) => {
      const nested = names.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      const path = names.map((key) => `['${key.replace(/[\\']/g, '\\$&')}']`).join('');
      expect(compileJsonPath(path)?.(nested)).toEqual([value]);
    }),
  );
});
