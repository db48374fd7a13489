import type { SchemaField, SchemaNode, StructNode } from '../schemas/schema-node.ts';
import { objectMetaType } from './object-meta-type.ts';
import { preservesUnknown, type StructuralSchema } from './structural-schema.ts';

/** What field ownership needs to know of a custom resource; without a schema it is guessed from values. */
export function customSchemaNode(schema: StructuralSchema | undefined): StructNode {
  const own = schema === undefined ? undefined : nodeOf(schema);
  const declared = own?.kind === 'struct' ? own.fields : new Map<string, SchemaField>();
  const text = fieldOf({ kind: 'scalar', scalar: 'string' }, undefined);
  return {
    kind: 'struct',
    name: '',
    atomic: false,
    fields: new Map([
      ...declared,
      ['apiVersion', text],
      ['kind', text],
      ['metadata', fieldOf(objectMetaType(), undefined)],
    ]),
    others: { kind: 'deduced' },
  };
}

function nodeOf(schema: StructuralSchema): SchemaNode {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'any' };
  if (schema.type === 'object') return objectNode(schema);
  if (schema.type === 'array') {
    return {
      kind: 'list',
      items: schema.items === undefined ? { kind: 'any' } : nodeOf(schema.items),
      listType: listTypeOf(schema),
      keys: schema['x-kubernetes-list-map-keys'] ?? [],
    };
  }
  return schema.type === undefined && preservesUnknown(schema) ? { kind: 'deduced' } : { kind: 'any' };
}

function objectNode(schema: StructuralSchema): SchemaNode {
  const atomic = schema['x-kubernetes-map-type'] === 'atomic';
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    return { kind: 'map', atomic, values: nodeOf(additionalProperties) };
  }
  return {
    kind: 'struct',
    name: '',
    atomic,
    fields: new Map(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [
        name,
        fieldOf(nodeOf(property), property.default),
      ]),
    ),
    others: { kind: 'deduced' },
  };
}

function listTypeOf(schema: StructuralSchema): 'atomic' | 'set' | 'map' {
  const listType = schema['x-kubernetes-list-type'];
  return listType === 'set' || listType === 'map' ? listType : 'atomic';
}

function fieldOf(node: SchemaNode, defaultValue: unknown): SchemaField {
  return { node, presence: 'if-set', default: defaultValue, patch: undefined };
}
