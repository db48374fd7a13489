import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseJsonTree, treeToValue, valueToTree } from './parse-json-tree.ts';
import { parseTypes } from './parse-types.ts';
import type { StructNode } from './schema-node.ts';
import { strictProblems } from './strict-problems.ts';

const type = parseTypes('a.v1.T =a.io/v1/T labels:{s}= parts:[<P>]= raw:j\na.v1.P name:s=').ofKind(
  'a.io/v1/T',
) as StructNode;

test('unknown and double fields are told in the order of the document', () => {
  const text =
    '{"x":1,"labels":{"a":"1","a":"2"},"x":2,"parts":[{},{"name":"n","size":{"y":1}}],"labels":{}}';
  expect(strictProblems(parseJsonTree(text), type)).toEqual([
    'unknown field "x"',
    'duplicate field "labels.a"',
    'unknown field "parts[1].size"',
    'duplicate field "labels"',
  ]);
});

test('anything may be in a field of any JSON', () => {
  expect(strictProblems(parseJsonTree('{"raw":{"a":{"b":[{"c":1}]}}}'), type)).toEqual([]);
});

test('a tree has the value that JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(treeToValue(parseJsonTree(text))).toEqual(JSON.parse(text));
      expect(treeToValue(valueToTree(JSON.parse(text)))).toEqual(JSON.parse(text));
    }),
  );
});

test('of fields that occur twice the last one counts', () => {
  expect(treeToValue(parseJsonTree('{"a":1, "a": [2 , -3.5e1, "}" ,{}]}'))).toEqual({ a: [2, -35, '}', {}] });
});
