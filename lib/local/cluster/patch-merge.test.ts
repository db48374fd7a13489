import fc from 'fast-check';
import { expect, test } from 'vitest';

import { applyMergePatch, mergeJson } from './patch-merge.ts';

test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 1 }, { a: null }, { b: 1 }],
  [{ a: ['b'] }, { a: ['c', null] }, { a: ['c', null] }],
  [{ a: { b: 'c' } }, { a: { d: 1, b: null } }, { a: { d: 1 } }],
  [{ a: 1 }, { a: { b: { c: null, d: 2 } } }, { a: { b: { d: 2 } } }],
  [{ a: null }, { b: 1 }, { a: null, b: 1 }],
])('%j patched with %j is %j', (object, patch, expected) => {
  expect(applyMergePatch(object, patch)).toEqual({ kind: 'patched', object: expected });
});

test.each([
  [null, 'Invalid JSON Patch'],
  ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
  [[1], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
])('%j is no merge patch', (patch, message) => {
  expect(applyMergePatch({}, patch)).toEqual({ kind: 'malformed', message });
});

const key = fc.stringMatching(/^[a-c]$/);
const tree = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, fc.constantFrom(null, 1, 'x', [1, null]), fc.dictionary(key, tie('tree'))),
})).tree;

test('applying a merge patch twice gives what applying it once gave', () => {
  fc.assert(
    fc.property(tree, tree, (target, patch) => {
      const once = mergeJson(target, patch);
      expect(mergeJson(once, patch)).toEqual(once);
    }),
  );
});

test('neither the target nor the patch is changed', () => {
  fc.assert(
    fc.property(tree, tree, (target, patch) => {
      const before = structuredClone([target, patch]);
      mergeJson(target, patch);
      expect([target, patch]).toEqual(before);
    }),
  );
});
