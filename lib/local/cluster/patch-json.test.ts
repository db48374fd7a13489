import fc from 'fast-check';
import { expect, test } from 'vitest';

import { applyJsonPatch } from './patch-json.ts';

const object = { data: { a: '1' }, list: [1, 2, 3], 'a/b~c': true };

test.each([
  [[{ op: 'add', path: '/data/b', value: '2' }], { data: { a: '1', b: '2' } }],
  [[{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2, 3] }],
  [[{ op: 'add', path: '/list/-', value: 4 }], { list: [1, 2, 3, 4] }],
  [[{ op: 'add', path: '/list/3', value: 4 }], { list: [1, 2, 3, 4] }],
  [[{ op: 'remove', path: '/list/-1' }], { list: [1, 2] }],
  [[{ op: 'replace', path: '/list/0', value: 0 }], { list: [0, 2, 3] }],
  [[{ op: 'replace', path: '/data/new', value: 'x' }], { data: { a: '1', new: 'x' } }],
  [[{ op: 'move', from: '/data/a', path: '/data/b' }], { data: { b: '1' } }],
  [[{ op: 'copy', from: '/list/2', path: '/list/0' }], { list: [3, 1, 2, 3] }],
  [[{ op: 'test', path: '/data/a', value: '1' }], object],
  [[{ op: 'test', path: '/data/none', value: null }], object],
  [[{ op: 'replace', path: '/a~1b~0c', value: false }], { 'a/b~c': false }],
  [[], object],
])('the patch %j gives %j', (patch, expected) => {
  expect(applyJsonPatch(object, patch)).toMatchObject({ kind: 'patched', object: expected });
});

test.each([
  [[{ op: 'add' }]],
  [[{ op: 'nope', path: '/data/a' }]],
  [[{ op: 'remove', path: '/data/none' }]],
  [[{ op: 'add', path: '/none/a', value: 1 }]],
  [[{ op: 'add', path: '/list/5', value: 1 }]],
  [[{ op: 'add', path: '/list/x', value: 1 }]],
  [[{ op: 'add', path: '', value: 1 }]],
  [[{ op: 'replace', path: '', value: 1 }]],
  [[{ op: 'test', path: '/data/a', value: '2' }]],
  [[{ op: 'move', path: '/data/b' }]],
])('the patch %j does not fit', (patch) => {
  expect(applyJsonPatch(object, patch).kind).toBe('inapplicable');
});

test.each([
  [{ a: 1 }, 'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
  ['x', 'json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
  [[1], 'json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
])('%j is no patch', (patch, message) => {
  expect(applyJsonPatch(object, patch)).toEqual({
    kind: 'malformed',
    message: `error decoding patch: ${message}`,
  });
});

test('the whole document can be replaced and tested', () => {
  const patch = [
    { op: 'replace', path: '', value: { b: 1 } },
    { op: 'test', path: '', value: { b: 1 } },
  ];
  expect(applyJsonPatch(object, patch)).toEqual({ kind: 'patched', object: { b: 1 } });
});

test('adding and removing a member leaves the object as it was, and the original is never changed', () => {
  const key = fc.stringMatching(/^[a-z~/]{1,5}$/);
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.jsonValue(), (document, name, value) => {
      fc.pre(!Object.hasOwn(document, name));
      const before = structuredClone(document);
      const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const patch = [
        { op: 'add', path, value },
        { op: 'test', path, value },
        { op: 'remove', path },
      ];
      expect(applyJsonPatch(document, patch)).toEqual({ kind: 'patched', object: before });
      expect(document).toEqual(before);
    }),
  );
});
