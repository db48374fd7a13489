import { isDeepStrictEqual } from 'node:util';

import type { ListNode, SchemaNode } from '../schemas/schema-node.ts';
import { type FieldSet, insertPath, newFieldSet } from './field-set.ts';
import { isEmptyValue, isJsonObject, itemElement, type Shape, shapesOf } from './value-shape.ts';

/** Paths in which two values differ. */
export type Comparison = {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
};

/** Compares field by field as ownership sees it: what is owned as a whole is one path. */
export function compareValues(before: unknown, after: unknown, node: SchemaNode): Comparison {
  const [added, modified, removed] = [newFieldSet(), newFieldSet(), newFieldSet()];
  const inserts: Inserts = {
    added: (path) => insertPath(added, path),
    modified: (path) => insertPath(modified, path),
    removed: (path) => insertPath(removed, path),
  };
  compare({ before, after }, node, [], inserts);
  return { added, modified, removed };
}

type Insert = (path: readonly string[]) => void;
type Inserts = { readonly added: Insert; readonly modified: Insert; readonly removed: Insert };
type Pair = { readonly before: unknown; readonly after: unknown };

function compare(pair: Pair, node: SchemaNode, path: readonly string[], inserts: Inserts): void {
  const [shapeBefore, shapeAfter] = shapesOf(node, pair.before, pair.after);
  if (shapeBefore.kind !== shapeAfter.kind) {
    inserts.modified(path);
    compareParts({ before: pair.before, after: undefined }, shapeBefore, path, inserts);
    compareParts({ before: undefined, after: pair.after }, shapeAfter, path, inserts);
    return;
  }
  // Between two empty values only the written form can differ, and that is the field's own.
  if (shapeAfter.kind === 'leaf' || (isEmptyValue(pair.before) && isEmptyValue(pair.after))) {
    if (pair.before !== undefined && pair.after !== undefined) {
      if (!isDeepStrictEqual(pair.before, pair.after)) inserts.modified(path);
      return;
    }
  } else compareParts(pair, shapeAfter, path, inserts);
  if (pair.before === undefined) inserts.added(path);
  else if (pair.after === undefined) inserts.removed(path);
}

function compareParts(pair: Pair, shape: Shape, path: readonly string[], inserts: Inserts): void {
  if (shape.kind === 'items') compareItems(pair, shape.node, path, inserts);
  if (shape.kind !== 'fields') return;
  const before = isJsonObject(pair.before) ? pair.before : {};
  const after = isJsonObject(pair.after) ? pair.after : {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(
      { before: own(before, name), after: own(after, name) },
      shape.fieldNode(name),
      [...path, `f:${name}`],
      inserts,
    );
  }
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function compareItems(pair: Pair, node: ListNode, path: readonly string[], inserts: Inserts): void {
  const before = byElement(pair.before, node);
  const after = byElement(pair.after, node);
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(element) ?? [], after.get(element) ?? []];
    const itemPath = [...path, element];
    if (old.length <= 1 && now.length <= 1) {
      compare({ before: old[0], after: now[0] }, node.items, itemPath, inserts);
    } else compareDoubles(old, now, { node, path: itemPath, inserts });
  }
}

/** Items that occur twice cannot be told apart: they are owned together, as a whole. */
function compareDoubles(
  before: readonly unknown[],
  after: readonly unknown[],
  at: { readonly node: ListNode; readonly path: readonly string[]; readonly inserts: Inserts },
): void {
  const { node, path, inserts } = at;
  if (before.length > 1 && after.length > 1) {
    if (!isDeepStrictEqual(before, after)) inserts.modified(path);
  } else if (before.length > 1) {
    if (after.length > 0) compare({ before: undefined, after: after[0] }, node.items, path, inserts);
    inserts.removed(path);
  } else {
    if (before.length > 0) compare({ before: before[0], after: undefined }, node.items, path, inserts);
    inserts.added(path);
  }
}

function byElement(list: unknown, node: ListNode): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    const element = itemElement(node, item);
    if (element === undefined) continue;
    const same = items.get(element);
    if (same === undefined) items.set(element, [item]);
    else same.push(item);
  }
  return items;
}
