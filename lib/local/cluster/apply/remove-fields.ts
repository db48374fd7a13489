import type { SchemaNode } from '../schemas/schema-node.ts';
import { type FieldSet, fieldsBelow, isEmptyFieldSet } from './field-set.ts';
import { isJsonObject, itemElement, shapeOf } from './value-shape.ts';

/**
 * The value without the given fields and items. What is left empty by that stays as an empty object or
 * list; the argument is not changed.
 */
export function removeFields(value: unknown, set: FieldSet, node: SchemaNode): unknown {
  if (isEmptyFieldSet(set)) return value;
  const shape = shapeOf(node, value);
  if (shape.kind === 'fields' && isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !set.members.has(`f:${name}`))
        .map(([name, field]) => [
          name,
          removeFields(field, fieldsBelow(set, `f:${name}`), shape.fieldNode(name)),
        ]),
    );
  }
  if (shape.kind !== 'items' || !Array.isArray(value)) return value;
  const kept: unknown[] = [];
  for (const item of value as unknown[]) {
    const element = itemElement(shape.node, item);
    if (element !== undefined && set.members.has(element)) continue;
    kept.push(element === undefined ? item : removeFields(item, fieldsBelow(set, element), shape.node.items));
  }
  return kept;
}
