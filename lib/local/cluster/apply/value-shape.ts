import type { ListNode, SchemaNode } from '../schemas/schema-node.ts';
import { canonicalJson } from './canonical-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * How a value is owned: as a whole (`leaf`), field by field, or item by item. Where the schema leaves it
 * open, or the value does not fit the schema, the value decides.
 */
export type Shape =
  | { readonly kind: 'leaf' }
  | {
      readonly kind: 'fields';
      readonly fieldNode: (name: string) => SchemaNode;
      readonly declares: (name: string) => boolean;
    }
  | { readonly kind: 'items'; readonly node: ListNode };

const leaf: Shape = { kind: 'leaf' };
const deduced: SchemaNode = { kind: 'deduced' };
const deducedFields: Shape = { kind: 'fields', fieldNode: () => deduced, declares: () => false };

/** The shape of a value that is there; null takes the shape that the schema gives. */
export function shapeOf(node: SchemaNode, value: unknown): Shape {
  switch (node.kind) {
    case 'scalar':
    case 'any':
      return leaf;
    case 'deduced':
      return isJsonObject(value) ? deducedFields : leaf;
    case 'map':
      if (node.atomic || !(isJsonObject(value) || value === null)) return leaf;
      return { kind: 'fields', fieldNode: () => node.values, declares: () => false };
    case 'struct':
      if (node.atomic || !(isJsonObject(value) || value === null)) return leaf;
      return {
        kind: 'fields',
        fieldNode: (name) => node.fields.get(name)?.node ?? node.others ?? deduced,
        declares: (name) => node.fields.has(name),
      };
    case 'list':
      if (node.listType === 'atomic' || !(Array.isArray(value) || value === null)) return leaf;
      return { kind: 'items', node };
  }
}

/** The shape of whichever of two values is there; they only differ where nothing is known of their type. */
export function shapesOf(node: SchemaNode, before: unknown, after: unknown): [before: Shape, after: Shape] {
  const first = before === undefined || before === null ? after : before;
  const second = after === undefined || after === null ? before : after;
  return [shapeOf(node, first), shapeOf(node, second)];
}

/**
 * The path element of a list item. Items without any of the list's keys, or of a form that cannot be told
 * apart, have none.
 */
export function itemElement(node: ListNode, item: unknown): string | undefined {
  if (node.listType === 'set') {
    return typeof item === 'object' ? undefined : `v:${JSON.stringify(item)}`;
  }
  if (!isJsonObject(item)) return undefined;
  const keys: Record<string, unknown> = {};
  for (const key of node.keys) {
    const value = item[key] ?? keyDefault(node, key);
    if (value !== undefined) keys[key] = value;
  }
  return Object.keys(keys).length === 0 ? undefined : `k:${canonicalJson(keys)}`;
}

function keyDefault(node: ListNode, key: string): unknown {
  return node.items.kind === 'struct' ? node.items.fields.get(key)?.default : undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for null, nothing, `{}` and `[]`: between these there is no difference but the one that is written. */
export function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
