import type { ListNode, SchemaNode } from '../schemas/schema-node.ts';
import { isEmptyValue, isJsonObject, itemElement, shapesOf } from './value-shape.ts';

/**
 * Lays an applied configuration over the live value: the configuration wins where it says something, all
 * else stays. Neither argument is changed.
 */
export function mergeValues(live: unknown, applied: unknown, node: SchemaNode): unknown {
  const [liveShape, shape] = shapesOf(node, live, applied);
  const bothEmpty = isEmptyValue(live) && isEmptyValue(applied);
  if (shape.kind === 'leaf' || liveShape.kind !== shape.kind || bothEmpty) {
    return applied === undefined ? live : applied;
  }
  if (shape.kind === 'items') return mergeItems(listOf(live), listOf(applied), shape.node);
  const before = isJsonObject(live) ? live : {};
  const after = isJsonObject(applied) ? applied : {};
  const merged: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    merged[name] = mergeValues(before[name], after[name], shape.fieldNode(name));
  }
  return merged;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/**
 * Items of both lists: those that are applied in the order in which they are applied, those that are only
 * live next to the neighbours that they had.
 */
function mergeItems(live: readonly unknown[], applied: readonly unknown[], node: ListNode): unknown[] {
  const liveItems = live.map((item) => ({ element: itemElement(node, item), item }));
  const appliedItems = applied.map((item) => ({ element: itemElement(node, item), item }));
  const appliedElements = new Set(appliedItems.map(({ element }) => element));
  const liveByElement = new Map(liveItems.map(({ element, item }) => [element, item]));
  /** Elements of both lists that are still to come, in the order of the applied one. */
  const shared = appliedItems.map(({ element }) => element).filter((element) => liveByElement.has(element));
  const merged: unknown[] = [];
  const placed = new Set<string | undefined>();
  const place = ({ element, item }: (typeof appliedItems)[number]): void => {
    placed.add(element);
    merged.push(mergeValues(liveByElement.get(element), item, node.items));
    if (shared[0] === element) shared.shift();
  };
  let nextLive = 0;
  for (const next of appliedItems) {
    // What is only live stays before the applied item that followed it; a shared item whose turn has not
    // come yet is passed by and placed where the applied list has it.
    while (nextLive < liveItems.length) {
      const candidate = liveItems[nextLive];
      if (candidate === undefined || candidate.element === next.element) break;
      const isShared = appliedElements.has(candidate.element);
      if (isShared && !placed.has(candidate.element) && candidate.element === shared[0]) break;
      nextLive += 1;
      if (!isShared) merged.push(candidate.item);
    }
    place(next);
    if (liveItems[nextLive]?.element === next.element) nextLive += 1;
  }
  for (const { element, item } of liveItems.slice(nextLive)) {
    if (!appliedElements.has(element)) merged.push(item);
  }
  return merged;
}
