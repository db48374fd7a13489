import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  differenceOfFields,
  insertPath,
  intersectionOfFields,
  newFieldSet,
  pathsOf,
  recursiveDifferenceOfFields,
  unionFields,
} from './field-set.ts';
import { decodeFieldsV1, encodeFieldsV1, formatFieldPath } from './fields-v1.ts';

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"c"}', 'v:"x"');
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const paths = fc.array(path, { maxLength: 8 });

function setOf(all: readonly (readonly string[])[]) {
  const set = newFieldSet();
  for (const one of all) insertPath(set, one);
  return set;
}

function texts(set: Parameters<typeof pathsOf>[0]): string[] {
  return [...pathsOf(set)].map((one) => one.join(' ')).sort();
}

test('union, difference and intersection work on whole paths', () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)];
      const [inA, inB] = [texts(a), texts(b)];
      expect(texts(unionFields(a, b))).toEqual([...new Set([...inA, ...inB])].sort());
      expect(texts(differenceOfFields(a, b))).toEqual(inA.filter((one) => !inB.includes(one)));
      expect(texts(intersectionOfFields(a, b))).toEqual(inA.filter((one) => inB.includes(one)));
    }),
  );
});

test('the recursive difference also takes what is below a path', () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const inB = texts(setOf(right));
      const expected = texts(setOf(left)).filter(
        (one) => !inB.some((other) => one === other || one.startsWith(`${other} `)),
      );
      expect(texts(recursiveDifferenceOfFields(setOf(left), setOf(right)))).toEqual(expected);
    }),
  );
});

test('a set survives FieldsV1', () => {
  fc.assert(
    fc.property(paths, (all) => {
      const set = setOf(all);
      const decoded = decodeFieldsV1(JSON.parse(JSON.stringify(encodeFieldsV1(set))));
      expect(decoded === undefined ? undefined : texts(decoded)).toEqual(texts(set));
    }),
  );
});

test('a field that is owned with fields below it is written with a dot', () => {
  const set = setOf([['f:labels'], ['f:labels', 'f:app'], ['f:data', 'f:k']]);
  expect(encodeFieldsV1(set)).toEqual({ 'f:labels': { '.': {}, 'f:app': {} }, 'f:data': { 'f:k': {} } });
});

test.each([[undefined], [[]], [{ x: {} }], [{ 'f:a': 1 }], [{ 'k:{': {} }]])(
  '%j is no FieldsV1',
  (fields) => {
    expect(decodeFieldsV1(fields)).toBeUndefined();
  },
);

test('keys of an item mean the same in any order', () => {
  const fields = { 'k:{"protocol":"TCP","port":80}': {} };
  expect(decodeFieldsV1(fields)?.members).toEqual(new Set(['k:{"port":80,"protocol":"TCP"}']));
});

test('formatFieldPath() writes paths as error messages do', () => {
  const all = ['f:spec', 'f:containers', 'k:{"name":"c","port":80}', 'f:args', 'v:"x"', 'i:0'];
  expect(formatFieldPath(all)).toBe('.spec.containers[name="c",port=80].args[="x"][0]');
});
