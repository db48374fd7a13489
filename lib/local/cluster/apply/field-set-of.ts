import type { SchemaNode } from '../schemas/schema-node.ts';
import { type FieldSet, insertPath, newFieldSet } from './field-set.ts';
import { isEmptyValue, isJsonObject, itemElement, shapeOf } from './value-shape.ts';

/**
 * The fields that an applied configuration owns: its leaves, entries of maps and items of lists, but not
 * the declared objects that merely hold them.
 */
export function fieldSetOf(value: unknown, node: SchemaNode): FieldSet {
  const set = newFieldSet();
  collect(value, node, [], (path) => insertPath(set, path));
  return set;
}

type Insert = (path: readonly string[]) => void;

function collect(value: unknown, node: SchemaNode, path: readonly string[], insert: Insert): void {
  const shape = shapeOf(node, value);
  if (shape.kind === 'leaf') {
    insert(path);
    return;
  }
  if (shape.kind === 'items') {
    for (const item of Array.isArray(value) ? (value as unknown[]) : []) {
      const element = itemElement(shape.node, item);
      if (element === undefined) continue;
      collect(item, shape.node.items, [...path, element], insert);
      insert([...path, element]);
    }
    return;
  }
  for (const [name, field] of Object.entries(isJsonObject(value) ? value : {})) {
    const fieldPath = [...path, `f:${name}`];
    collect(field, shape.fieldNode(name), fieldPath, insert);
    const isEmptyObject = field === null || (isJsonObject(field) && isEmptyValue(field));
    if (isEmptyObject || !shape.declares(name)) insert(fieldPath);
  }
}
