import { describe, expect, it } from 'vitest';
import type { StructuralSchema, ValidationRule } from './structural-schema.ts';
import { validateCustomObject } from './validate-custom-object.ts';

const rules = (...list: (string | ValidationRule)[]) => ({
  'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

/** Problems of an object with this spec. */
function problems(schema: StructuralSchema, spec: unknown, before?: unknown): string[] {
  const identity = {
    apiVersion: 'example.com/v1',
    kind: 'Any',
    metadata: { name: 'any', labels: { a: 'b' } },
  };
  const root: StructuralSchema = { type: 'object', properties: { spec: schema } };
  const live = before === undefined ? undefined : { ...identity, spec: before };
  return validateCustomObject({ ...identity, spec }, root, live).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

const integer = { type: 'integer' } as const;
const text = { type: 'string' } as const;

describe('a rule', () => {
  const sized: StructuralSchema = {
    type: 'object',
    properties: { min: integer, max: integer },
    ...rules({ rule: 'self.min <= self.max', message: 'too small', fieldPath: '.max' }),
  };

  it('refuses what it does not hold for, at the place that it names', () => {
    expect(problems(sized, { min: 1, max: 1 })).toEqual([]);
    expect(problems(sized, { min: 2, max: 1 })).toEqual(['spec.max: Invalid value: "object": too small']);
  });

  it('that cannot be evaluated refuses too, and says why', () => {
    expect(problems(sized, { min: 1 })).toEqual([
      'spec: Invalid value: "object": no such key: max evaluating rule: too small',
    ]);
  });

  it('is not asked where the object is invalid otherwise', () => {
    expect(problems(sized, { min: 'a', max: 1 })).toEqual([
      'spec.min: Invalid value: "string": spec.min in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  it.each<[rule: ValidationRule, expected: string]>([
    [{ rule: ' self > 5 ' }, 'spec: Invalid value: "integer": failed rule: self > 5'],
    [{ rule: 'self > 5', reason: 'FieldValueForbidden', message: 'no' }, 'spec: Forbidden: no'],
    [{ rule: 'self > 5', reason: 'FieldValueRequired', message: 'no' }, 'spec: Required value: no'],
    [{ rule: 'self > 5', reason: 'FieldValueDuplicate', message: 'no' }, 'spec: Duplicate value: "integer"'],
    [
      { rule: 'self > 5', messageExpression: '"is " + string(self)', message: 'no' },
      'spec: Invalid value: "integer": is 1',
    ],
    [
      { rule: 'self > 5', messageExpression: '"is " + self.name', message: 'no' },
      'spec: Invalid value: "integer": no',
    ],
  ])('%j says it its way', (rule, expected) => {
    expect(problems({ ...integer, ...rules(rule) }, 1)).toEqual([expected]);
  });

  it('that no one here can compile refuses nobody', () => {
    expect(problems({ ...text, ...rules('self >', 'isURL(self)') }, 'a')).toEqual([]);
  });
});

describe('a rule about a change', () => {
  const fixed: StructuralSchema = { ...text, ...rules({ rule: 'self == oldSelf', message: 'is immutable' }) };
  const refused = (path: string) => [`${path}: Invalid value: "string": is immutable`];

  it('is asked only where there is something to compare with', () => {
    expect(problems(fixed, 'a')).toEqual([]);
    expect(problems(fixed, 'a', 'a')).toEqual([]);
    expect(problems(fixed, 'b', 'a')).toEqual(refused('spec'));
  });

  it('follows fields, keys of maps and items of lists that have keys', () => {
    const named = { type: 'object', properties: { name: text, value: fixed } } as const;
    const keyed: StructuralSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: named,
    };
    const before = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ];
    const after = [
      { name: 'c', value: '3' },
      { name: 'b', value: '4' },
      { name: 'a', value: '1' },
    ];
    expect(problems(keyed, after, before)).toEqual(refused('spec[1].value'));
    expect(problems({ type: 'array', items: named }, after, before)).toEqual([]);
    const map: StructuralSchema = { type: 'object', additionalProperties: fixed };
    expect(problems(map, { a: '2', b: '2' }, { a: '1' })).toEqual(refused('spec[a]'));
  });

  it('can be told that there was nothing before', () => {
    const rule = { rule: 'oldSelf.hasValue() || self > 5', optionalOldSelf: true };
    expect(problems({ ...integer, ...rules(rule) }, 1)).toHaveLength(1);
    expect(problems({ ...integer, ...rules(rule) }, 2, 1)).toEqual([]);
  });
});

it('what an update leaves as it was is not refused', () => {
  const schema: StructuralSchema = {
    type: 'object',
    properties: { a: { ...integer, ...rules('self > 5') }, b: integer },
  };
  expect(problems(schema, { a: 1, b: 2 }, { a: 1, b: 1 })).toEqual([]);
  expect(problems(schema, { a: 2, b: 2 }, { a: 1, b: 1 })).toEqual([
    'spec.a: Invalid value: "integer": failed rule: self > 5',
  ]);
});

describe('rules see', () => {
  const named: StructuralSchema = {
    type: 'object',
    properties: { namespace: text, 'a-b': text, a__b: text },
  };
  const time = { type: 'string', format: 'date-time' } as const;
  const either = { 'x-kubernetes-int-or-string': true } as const;
  const list = { type: 'array', items: integer } as const;
  it.each<[what: string, schema: StructuralSchema, rule: string, value: unknown]>([
    ['whole numbers', integer, 'self / 2 == 1', 3],
    ['other numbers', { type: 'number' }, 'self / 2.0 == 1.5', 3],
    ['times', time, 'self > timestamp("2026-01-01T00:00:00Z")', '2026-02-01T00:00:00Z'],
    ['numbers that may be texts', either, 'type(self) == int && self == 80', 80],
    ['texts that may be numbers', either, 'type(self) == string && self == "http"', 'http'],
    [
      'fields by names that the language can say',
      named,
      'self.__namespace__ == "x" && self.a__dash__b == "y" && self.a__underscores__b == "z"',
      { namespace: 'x', 'a-b': 'y', a__b: 'z' },
    ],
    [
      'keys of maps as they are',
      { type: 'object', additionalProperties: text },
      '"a-b" in self && self["a-b"] == "y"',
      { 'a-b': 'y' },
    ],
    ['sorted lists', list, 'self.isSorted() && self.sum() == 6 && self.max() == 3', [1, 2, 3]],
    ['other lists', list, '!self.isSorted() && self.min() == 1 && self.indexOf(1) == 1', [2, 1]],
    ['parts of texts', text, 'self.find("[0-9]+") == "12" && self.findAll("[0-9]+").size() == 2', 'a12b3'],
  ])('%s', (_what, schema, rule, value) => {
    expect(problems({ ...schema, ...rules(rule) }, value)).toEqual([]);
    expect(problems({ ...schema, ...rules(`!(${rule})`) }, value)).toHaveLength(1);
  });

  it('the name of the object and nothing else of its metadata', () => {
    const root = (rule: string): string[] =>
      validateCustomObject(
        { metadata: { name: 'any', labels: { a: 'b' } } },
        { type: 'object', ...rules(rule) },
      ).map(({ field, message }) => `${field}: ${message}`);
    expect(root('self.metadata.name == "any"')).toEqual([]);
    expect(root('self.metadata.name == "other"')).toEqual([
      '<nil>: Invalid value: "object": failed rule: self.metadata.name == "other"',
    ]);
    expect(root('!has(self.metadata.labels)')).toEqual([]);
  });
});
