import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListNode, ScalarType, SchemaNode } from '../schemas/schema-node.ts';
import { typedProblems } from './typed-problems.ts';

const scalar = (type: ScalarType): SchemaNode => ({ kind: 'scalar', scalar: type });
const field = (node: SchemaNode, byDefault?: unknown) => ({
  node,
  presence: 'if-set' as const,
  default: byDefault,
  patch: undefined,
});
const struct = (fields: Record<string, ReturnType<typeof field>>): SchemaNode => ({
  kind: 'struct',
  name: '',
  atomic: false,
  fields: new Map(Object.entries(fields)),
  others: undefined,
});
const list = (items: SchemaNode, more: Partial<ListNode> = {}): SchemaNode => ({
  kind: 'list',
  items,
  listType: 'atomic',
  keys: [],
  ...more,
});
const ports = list(
  struct({
    port: field(scalar('int32')),
    protocol: field(scalar('string'), 'TCP'),
    name: field(scalar('string')),
  }),
  { listType: 'map', keys: ['port', 'protocol'] },
);
const node = struct({
  text: field(scalar('string')),
  count: field(scalar('int32')),
  on: field(scalar('boolean')),
  amount: field(scalar('quantity')),
  labels: field({ kind: 'map', atomic: false, values: scalar('string') }),
  names: field(list(scalar('string'), { listType: 'set' })),
  items: field(list(struct({ name: field(scalar('string')) }), { listType: 'map', keys: ['name'] })),
  steps: field(list(scalar('string'))),
  ports: field(ports),
  free: field({ kind: 'any' }),
});

describe('typedProblems()', () => {
  it('has nothing against what fits, nor against what is empty', () => {
    const value = {
      text: 'a',
      count: 1,
      on: false,
      amount: 5,
      labels: { a: 'b', c: null },
      names: ['a', 'b'],
      items: [{ name: 'a' }, { name: 'b' }],
      steps: ['a', 'a'],
      ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }],
      free: [{ any: 1 }],
    };
    expect(typedProblems(value, node)).toEqual([]);
    expect(typedProblems({ text: null, items: null }, node)).toEqual([]);
  });

  it.each<[value: unknown, expected: string]>([
    [{ count: 'x' }, '.count: expected numeric (int or float), got string'],
    [{ count: true }, '.count: expected numeric (int or float), got bool'],
    [{ count: {} }, '.count: expected numeric (int or float), got map[string]interface {}'],
    [{ text: 1 }, '.text: expected string, got &value.valueUnstructured{Value:1}'],
    [
      { text: { b: [true], a: 'x' } },
      '.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"x", "b":[]interface {}{true}}}',
    ],
    [{ on: 'yes' }, '.on: expected boolean, got &value.valueUnstructured{Value:"yes"}'],
    [{ amount: ['1'] }, '.amount: expected any scalar, got &{[1]}'],
    [{ labels: { a: 1 } }, '.labels.a: expected string, got &value.valueUnstructured{Value:1}'],
    [{ labels: ['a'] }, '.labels: expected map, got &{[a]}'],
    [{ items: { name: 'a' } }, '.items: expected list, got &{map[name:a]}'],
    ['a', 'expected map, got &{a}'],
    [{ other: 1 }, '.other: field not declared in schema'],
    [{ items: [{ name: 'a', other: 1 }] }, '.items[name="a"].other: field not declared in schema'],
    [{ items: [{ name: 'a' }, { name: 'a' }] }, '.items: duplicate entries for key [name="a"]'],
    [
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      '.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [{ names: ['a', 'a'] }, '.names: duplicate entries for key [="a"]'],
    [{ names: [{}] }, ".names: element 0: associative list without keys has an element that's a map type"],
    [
      { items: [{}] },
      `.items: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any of them)`,
    ],
    [{ items: ['a'] }, '.items: element 0: associative list with keys may not have non-map elements'],
    [{ steps: [1] }, '.steps[0]: expected string, got &value.valueUnstructured{Value:1}'],
  ])('%j: %s', (value, expected) => expect(typedProblems(value, node)).toEqual([expected]));

  it('takes any JSON without failing', () => {
    const names = fc.constantFrom(...['text', 'count', 'on', 'amount', 'labels', 'names', 'items', 'ports']);
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })), (value) => {
        for (const problem of typedProblems(value, node)) expect(problem).toMatch(/^\.[a-z]+.*: ./);
      }),
    );
  });
});
