import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { toServerYaml } from './server-yaml.ts';

test('keys are sorted, lists stand below their key and ambiguous texts are quoted', () => {
  const object = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      labels: { n: '1', even: 'false', set: 'l' },
      managedFields: [{ fieldsV1: { 'f:data': { '.': {}, 'f:k10': {}, 'f:k2': {} } }, manager: '*' }],
      finalizers: ['a/b'],
      name: 'x',
    },
    data: { text: 'one\ntwo\n', empty: '', quoted: '{"a":1}', number: '12' },
  };
  expect(toServerYaml(object)).toBe(`apiVersion: v1
data:
  empty: ""
  number: "12"
  quoted: '{"a":1}'
  text: |
    one
    two
kind: ConfigMap
metadata:
  finalizers:
  - a/b
  labels:
    even: "false"
    "n": "1"
    set: l
  managedFields:
  - fieldsV1:
      f:data:
        .: {}
        f:k2: {}
        f:k10: {}
    manager: '*'
  name: x
`);
});

test('any JSON reads back as what it was', () => {
  const text = fc
    .oneof(fc.string(), fc.stringMatching(/^[-:#'"\n a-z0-9.{}]*$/))
    // A lone dot or exponent is a text to the server's writer and to Go's reader, but a number to this reader.
    .filter((value) => !/^[-+]?\.?(?:[eE][-+]?\d*)?$/.test(value));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      text,
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(fc.dictionary(text, tree, { maxKeys: 5 }), (object) => {
      const read: unknown = parse(toServerYaml(object), { version: '1.1', uniqueKeys: false });
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(object)));
    }),
  );
});
