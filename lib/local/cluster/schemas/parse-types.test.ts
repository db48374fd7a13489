import { expect, test } from 'vitest';

import { builtInKinds } from '../kinds.ts';
import { builtInSchema } from './built-in-schema.ts';
import { parseTypes } from './parse-types.ts';
import type { SchemaNode, StructNode } from './schema-node.ts';

const types = parseTypes(`
a.v1.Thing =a.io/v1/Thing name:s! size:i parts:[<Part>]#kind,id%id! tags:[s]$% labels:{s}= where:<b.v1.Place>* data:{y}* self:<Thing>^ mode:s='plain
a.v1.Part kind:s! id:q
b.v1.Place* at:t note:j
`);

function thing(): StructNode {
  const node = types.ofKind('a.io/v1/Thing');
  if (node === undefined) throw new Error('expected the kind');
  return node;
}

test('a served kind is found by its group, version and kind', () => {
  expect(thing().name).toBe('a.v1.Thing');
  expect(types.ofKind('a.io/v1/Part')).toBeUndefined();
  expect([...types.kinds]).toEqual(['a.io/v1/Thing']);
});

test('fields have type, presence, list keys, patch strategy and default', () => {
  const { fields } = thing();
  expect(fields.get('name')).toMatchObject({ node: { scalar: 'string' }, presence: 'always' });
  expect(fields.get('size')).toMatchObject({ node: { scalar: 'int32' }, presence: 'if-set' });
  expect(fields.get('parts')).toMatchObject({
    node: {
      kind: 'list',
      listType: 'map',
      keys: ['kind', 'id'],
      items: { kind: 'struct', name: 'a.v1.Part' },
    },
    patch: { merge: { key: 'id' }, retainKeys: false },
    presence: 'always',
  });
  expect(fields.get('tags')).toMatchObject({
    node: { listType: 'set' },
    patch: { merge: { key: undefined } },
  });
  expect(fields.get('labels')).toMatchObject({
    node: { kind: 'map', atomic: false },
    presence: 'unless-empty',
  });
  expect(fields.get('where')?.node).toMatchObject({ kind: 'struct', atomic: true });
  expect(fields.get('data')?.node).toMatchObject({ kind: 'map', atomic: true, values: { scalar: 'bytes' } });
  expect(fields.get('self')?.patch).toEqual({ merge: undefined, retainKeys: true });
  expect(fields.get('mode')?.default).toBe('plain');
});

test('a type that contains itself can be walked', () => {
  const self = thing().fields.get('self')?.node as StructNode;
  expect(self.fields.get('self')?.node).toMatchObject({ name: 'a.v1.Thing' });
});

test('an unknown type and unknown flags are told', () => {
  const broken = parseTypes('a.v1.Thing =a.io/v1/Thing x:<Gone>\nb.v1.Other =b.io/v1/Other y:s?');
  const gone = broken.ofKind('a.io/v1/Thing')?.fields.get('x')?.node as StructNode;
  expect(() => gone.fields).toThrow('Cannot find type "a.v1.Gone"');
  expect(() => broken.ofKind('b.io/v1/Other')?.fields).toThrow('Cannot read flags of field: "y:s?"');
});

test('every built-in resource has a type, and every type can be read to the end', () => {
  const seen = new Set<string>();
  const walk = (node: SchemaNode): void => {
    if (node.kind === 'list') walk(node.items);
    if (node.kind === 'map') walk(node.values);
    if (node.kind !== 'struct' || seen.has(node.name)) return;
    seen.add(node.name);
    for (const field of node.fields.values()) walk(field.node);
  };
  for (const kind of builtInKinds) {
    const node = builtInSchema(kind);
    expect(node, kind.kind).toBeDefined();
    if (node !== undefined) walk(node);
  }
  expect(seen.size).toBeGreaterThan(300);
});

test('built-in types know the keys that field ownership needs', () => {
  const pod = builtInSchema({ group: '', version: 'v1', kind: 'Pod' });
  const spec = pod?.fields.get('spec')?.node as StructNode;
  const containers = spec.fields.get('containers');
  expect(containers).toMatchObject({
    node: { listType: 'map', keys: ['name'] },
    patch: { merge: { key: 'name' } },
    presence: 'always',
  });
  expect(spec.fields.get('tolerations')?.node).toMatchObject({ listType: 'atomic' });
});
