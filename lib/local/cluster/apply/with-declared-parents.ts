import type { SchemaNode } from '../schemas/schema-node.ts';
import type { FieldSet } from './field-set.ts';

/**
 * The set with the declared objects and lists on the way to its fields: owning `.spec.size` counts as
 * owning `.spec`, because nobody else can own a declared field that merely holds others.
 */
export function withDeclaredParents(set: FieldSet, node: SchemaNode | undefined): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, below] of set.children) {
    const isField = element.startsWith('f:');
    const name = element.slice(2);
    if (isField && node?.kind === 'struct' && node.fields.has(name)) members.add(element);
    children.set(element, withDeclaredParents(below, isField ? fieldNode(node, name) : itemNode(node)));
  }
  return { members, children };
}

function fieldNode(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  if (node?.kind === 'struct') return node.fields.get(name)?.node ?? node.others;
  if (node?.kind === 'map') return node.values;
  return node?.kind === 'deduced' ? node : undefined;
}

function itemNode(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.kind === 'list' ? node.items : undefined;
}
