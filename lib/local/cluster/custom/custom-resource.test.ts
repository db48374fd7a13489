import { expect, test } from 'vitest';

import { compilePattern } from './compile-pattern.ts';
import { customSchemaNode } from './custom-schema-node.ts';
import { defaultCustomObject } from './default-custom-object.ts';
import { matchesFormat } from './matches-format.ts';
import { pruneCustomObject } from './prune-custom-object.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { validateCustomObject } from './validate-custom-object.ts';

const text: StructuralSchema = { type: 'string' };
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        ratio: { type: 'number', minimum: 0, exclusiveMinimum: true, multipleOf: 0.5 },
        note: { type: 'string', nullable: true, default: 'none' },
        list: { type: 'array', items: text, minItems: 1, maxItems: 2 },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        parts: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: text, count: { type: 'integer', default: 7 } },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
        },
        any: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object' } },
        },
        port: { 'x-kubernetes-int-or-string': true },
        labels: { type: 'object', additionalProperties: text, maxProperties: 2 },
        inner: { type: 'object', 'x-kubernetes-embedded-resource': true },
        day: { type: 'string', format: 'date' },
        one: {
          type: 'object',
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
          properties: { a: text, b: text },
        },
        nested: { type: 'object', default: {}, properties: { x: { type: 'integer', default: 3 } } },
      },
    },
  },
};

const identity = { apiVersion: 'a.io/v1', kind: 'Thing', metadata: { name: 'x' } };

function prune(spec: unknown, extra: Record<string, unknown> = {}) {
  const pruned = pruneCustomObject({ ...identity, spec, ...extra }, schema, { preserveUnknownFields: false });
  return pruned.kind === 'pruned' ? { spec: pruned.object['spec'], unknown: pruned.unknownFields } : pruned;
}

function problems(spec: unknown): string[] {
  return validateCustomObject({ ...identity, spec }, schema).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

test('pruning takes away what the schema does not know, and says what', () => {
  const spec = {
    size: 1,
    x: 1,
    parts: [{ id: 'a', y: 1 }],
    labels: { any: 'thing' },
    inner: { kind: 'K', z: 1 },
  };
  expect(prune(spec, { other: 1 })).toEqual({
    spec: { size: 1, parts: [{ id: 'a' }], labels: { any: 'thing' }, inner: { kind: 'K' } },
    unknown: ['other', 'spec.inner.z', 'spec.parts[0].y', 'spec.x'],
  });
});

test('pruning keeps what is preserved, but still prunes known fields in it', () => {
  const spec = { any: { free: { deep: 1 }, known: { gone: 1 } } };
  expect(prune(spec)).toEqual({
    spec: { any: { free: { deep: 1 }, known: {} } },
    unknown: ['spec.any.known.gone'],
  });
});

test('metadata is read as that of every object', () => {
  const outcome = (metadata: unknown) =>
    pruneCustomObject({ ...identity, metadata }, undefined, { preserveUnknownFields: false });
  expect(outcome({ name: 'x', foo: 1 })).toMatchObject({
    object: { metadata: { name: 'x' } },
    unknownFields: ['metadata.foo'],
  });
  expect(outcome({ labels: { a: 1 } })).toEqual({
    kind: 'invalid',
    message: 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  });
});

test('without a schema nothing is pruned', () => {
  const pruned = pruneCustomObject({ ...identity, x: { y: 1 } }, undefined, { preserveUnknownFields: false });
  expect(pruned).toMatchObject({ object: { x: { y: 1 } }, unknownFields: [] });
});

test.each([
  [{}, { color: 'red', note: 'none', nested: { x: 3 } }],
  [
    { note: null, name: null, color: null },
    { note: null, color: 'red', nested: { x: 3 } },
  ],
  [
    { nested: { x: 5 }, note: 'n' },
    { nested: { x: 5 }, note: 'n', color: 'red' },
  ],
  [
    { parts: [{ id: 'a' }, { id: 'b', count: 1 }] },
    {
      parts: [
        { id: 'a', count: 7 },
        { id: 'b', count: 1 },
      ],
      color: 'red',
      note: 'none',
      nested: { x: 3 },
    },
  ],
])('the defaults of %j give %j', (spec, expected) => {
  expect(defaultCustomObject({ spec }, schema)).toEqual({ spec: expected });
});

test.each([
  [{ size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
  [{ size: 11 }, ['spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10']],
  [
    { size: 'x' },
    ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
  ],
  [{}, ['spec.size: Required value']],
  ['x', ['spec: Invalid value: "string": spec in body must be of type object: "string"']],
  [
    { size: 1, name: 'a' },
    ['spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long'],
  ],
  [{ size: 1, name: 'abcdef' }, ['spec.name: Too long: may not be more than 5 bytes']],
  [{ size: 1, name: 'AB' }, ['spec.name: Invalid value: "AB": spec.name in body should match \'^[a-z]+$\'']],
  [{ size: 1, color: 'blue' }, ['spec.color: Unsupported value: "blue": supported values: "red", "green"']],
  [{ size: 1, ratio: 0 }, ['spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0']],
  [
    { size: 1, ratio: 0.7 },
    ['spec.ratio: Invalid value: 0.7: spec.ratio in body should be a multiple of 0.5'],
  ],
  [{ size: 1, list: [] }, ['spec.list: Invalid value: 0: spec.list in body should have at least 1 items']],
  [{ size: 1, list: ['a', 'b', 'c'] }, ['spec.list: Too many: 3: must have at most 2 items']],
  [
    { size: 1, list: ['a', 5] },
    ['spec.list[1]: Invalid value: "integer": spec.list[1] in body must be of type string: "integer"'],
  ],
  [{ size: 1, set: ['a', 'a'] }, ['spec.set[1]: Duplicate value: "a"']],
  [{ size: 1, parts: [{ id: 'a' }, { id: 'a' }] }, ['spec.parts[1]: Duplicate value: {"id":"a"}']],
  [{ size: 1, parts: [{}] }, ['spec.parts[0].id: Required value']],
  [
    { size: 1, port: true },
    ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
  ],
  [{ size: 1, labels: { a: '1', b: '1', c: '1' } }, ['spec.labels: Too many: 3: must have at most 2 items']],
  [{ size: 1, inner: {} }, ['spec.inner.apiVersion: Required value', 'spec.inner.kind: Required value']],
  [{ size: 1, day: 'x' }, ['spec.day: Invalid value: "x": spec.day in body must be of type date: "x"']],
  [
    { size: 1, one: {} },
    [
      '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid',
      'spec.one.a: Required value',
    ],
  ],
  [
    { size: 1, one: { a: '', b: '' } },
    [
      '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
  [{ size: 1, port: 'http', note: null, list: ['a'], one: { a: '' } }, []],
])('%j has the problems %j', (spec, expected) => {
  expect(problems(spec)).toEqual(expected);
});

test('anyOf, allOf and not are told', () => {
  const check = (rules: StructuralSchema, value: unknown) =>
    validateCustomObject(
      { v: value },
      { type: 'object', properties: { v: { type: 'integer', ...rules } } },
    ).map(({ message }) => message);
  expect(check({ anyOf: [{ minimum: 5 }, { maximum: 1 }] }, 3)[0]).toContain(
    'must validate at least one schema (anyOf)',
  );
  expect(check({ allOf: [{ minimum: 5 }, { maximum: 1 }] }, 3).at(-1)).toContain('(allOf). None validated');
  expect(check({ not: { minimum: 5 } }, 7)).toEqual([
    'Invalid value: "": "v" must not validate the schema (not)',
  ]);
  expect(check({ anyOf: [{ minimum: 5 }, { maximum: 1 }] }, 1)).toEqual([]);
});

test('where rules exist that were not evaluated, a refusal says so', () => {
  const rules: StructuralSchema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1' }] } },
  };
  expect(validateCustomObject({}, rules).map(({ field }) => field)).toEqual(['a', '<nil>']);
});

test('customSchemaNode() knows lists by their keys and shares the type of metadata', () => {
  const { fields } = customSchemaNode(schema);
  const spec = fields.get('spec')?.node;
  expect(spec?.kind === 'struct' && spec.fields.get('parts')?.node).toMatchObject({
    listType: 'map',
    keys: ['id'],
  });
  expect(spec?.kind === 'struct' && spec.fields.get('labels')?.node.kind).toBe('map');
  expect(fields.get('metadata')?.node).toMatchObject({ kind: 'struct', name: 'meta.v1.ObjectMeta' });
});

test.each([
  ['^(?P<a>x)$', 'x', true],
  ['(?i)^ABC$', 'abc', true],
  ['^[[:alpha:]]+$', 'abc1', false],
  ['\\A\\d+\\z', '12', true],
  ['^\\p{L}+$', 'é', true],
])('the RE2 pattern %s on %s: %j', (pattern, value, expected) => {
  expect(compilePattern(pattern)?.test(value)).toBe(expected);
});

test('a pattern that cannot be read refuses nobody', () => {
  expect(compilePattern('(')).toBeUndefined();
});

test.each([
  ['date-time', '2026-01-01T00:00:00Z', true],
  ['date-time', '2026-01-01', false],
  ['ipv4', '10.0.0.256', false],
  ['cidr', '10.0.0.0/8', true],
  ['cidr', '10.0.0.0/33', false],
  ['uuid', '11111111-1111-1111-1111-111111111111', true],
  ['duration', '1h30m', true],
  ['email', 'a@b', true],
  ['mac', '00:11:22:33:44:5g', false],
  ['byte', 'dg==', true],
  ['never-heard-of', 'x', true],
])('the format %s of %s: %j', (format, value, expected) => {
  expect(matchesFormat(value, format)).toBe(expected);
});
