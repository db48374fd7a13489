import { goJsonType } from './go-json-type.ts';
import type { PatchOutcome } from './patch-json.ts';
import type { SchemaField, SchemaNode } from './schemas/schema-node.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export type StrategicPatchOutcome =
  | PatchOutcome
  /** The server has no better answer than a bare 500 with this message. */
  | { readonly kind: 'failed'; readonly message: string };

const patchMarker = '$patch';
const retainKeys = '$retainKeys';
const elementOrder = '$setElementOrder/';
const deleteFromList = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch, which knows from the type of the object which lists are merged item by
 * item, and by which key; `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` in the
 * patch say more. Only built-in kinds take such patches. The object is not changed.
 */
export function applyStrategicMergePatch(
  object: JsonObject,
  patch: unknown,
  type: SchemaNode,
): StrategicPatchOutcome {
  if (!isObject(patch)) {
    const message = `error decoding patch: json: cannot unmarshal ${goJsonType(patch)} into Go value of type map[string]interface {}`;
    return { kind: 'malformed', message };
  }
  try {
    return { kind: 'patched', object: mergeObject(object, patch, type) };
  } catch (error) {
    if (error instanceof PatchError) return { kind: error.kind, message: error.message };
    throw error;
  }
}

/** Thrown inside this file only. */
class PatchError extends Error {
  override name = 'PatchError';
  readonly kind: 'malformed' | 'failed';

  constructor(kind: 'malformed' | 'failed', message: string) {
    super(message);
    this.kind = kind;
  }
}

function mergeObject(original: JsonObject, patch: JsonObject, node: SchemaNode): JsonObject {
  const marker = patch[patchMarker];
  if (marker === 'replace') return omit(patch, patchMarker);
  if (marker === 'delete') return {};
  if (marker !== undefined) throw unknownMarker(marker, patch);
  const merged: Record<string, unknown> = { ...retained(original, patch) };
  const ordered = new Set(
    Object.keys(patch)
      .filter((name) => name.startsWith(elementOrder))
      .map((name) => name.slice(elementOrder.length)),
  );
  for (const name of ordered) setOrderedList(merged, patch, name, node);
  for (const [name, value] of Object.entries(patch)) {
    if (name === retainKeys || name.startsWith(elementOrder) || ordered.has(name)) continue;
    if (name.startsWith(deleteFromList))
      deleteFromPrimitives(merged, name.slice(deleteFromList.length), value);
    else mergeField(merged, name, value, node);
  }
  return merged;
}

/** Fields that `$retainKeys` does not name are gone; the patch may not bring others. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[retainKeys];
  if (keys === undefined) return original;
  const isDirective = (name: string) =>
    name === retainKeys || name.startsWith(elementOrder) || name.startsWith(deleteFromList);
  const given = Object.entries(patch).filter(([name, value]) => value !== null && !isDirective(name));
  if (!Array.isArray(keys) || given.some(([name]) => !keys.includes(name))) {
    throw new PatchError('malformed', 'invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([name]) => keys.includes(name)));
}

function mergeField(merged: Record<string, unknown>, name: string, value: unknown, node: SchemaNode): void {
  if (value === null) {
    delete merged[name];
    return;
  }
  const before = merged[name];
  const field = fieldOf(node, name);
  if (isObject(before) && isObject(value)) {
    merged[name] = mergeObject(before, value, field?.node ?? any);
    return;
  }
  if (Array.isArray(before) && Array.isArray(value)) {
    merged[name] = mergeList(before, value, field);
    return;
  }
  const fresh = withoutDirectives(value);
  if (fresh === undefined) delete merged[name];
  else merged[name] = fresh;
}

const any: SchemaNode = { kind: 'any' };

function fieldOf(node: SchemaNode, name: string): Pick<SchemaField, 'node' | 'patch'> | undefined {
  if (node.kind === 'struct') return node.fields.get(name);
  return node.kind === 'map' ? { node: node.values, patch: undefined } : undefined;
}

/** Lists are replaced unless their field says that they merge. */
function mergeList(
  before: readonly unknown[],
  patch: readonly unknown[],
  field: Pick<SchemaField, 'node' | 'patch'> | undefined,
): readonly unknown[] {
  const merge = field?.patch?.merge;
  if (merge === undefined) return patch;
  if (before.length === 0 && patch.length === 0) return before;
  const items = field?.node.kind === 'list' ? field.node.items : any;
  const { key } = merge;
  if (key === undefined || ![...before, ...patch].every(isObject)) {
    return inOrder([...new Set([...before, ...patch])], patch, before, undefined);
  }
  const directives = patch.filter(
    (item) => isObject(item) && Object.hasOwn(item, patchMarker),
  ) as JsonObject[];
  const given = patch.filter((item) => !directives.includes(item as JsonObject)) as JsonObject[];
  if (directives.some((item) => item[patchMarker] === 'replace')) return given;
  const kept = withoutDeleted(before as readonly JsonObject[], directives, key);
  return inOrder(mergeItems(kept, given, { key, items }), given, before, key);
}

function withoutDeleted(
  items: readonly JsonObject[],
  directives: readonly JsonObject[],
  key: string,
): JsonObject[] {
  let kept = [...items];
  for (const directive of directives) {
    if (directive[patchMarker] === 'merge') {
      throw new PatchError('failed', 'merging lists cannot yet be specified in the patch');
    }
    if (directive[patchMarker] !== 'delete') throw unknownMarker(directive[patchMarker], directive);
    const gone = keyOf(directive, key);
    kept = kept.filter((item) => keyOf(item, key) !== gone);
  }
  return kept;
}

function mergeItems(
  before: readonly JsonObject[],
  patch: readonly JsonObject[],
  { key, items }: { readonly key: string; readonly items: SchemaNode },
): JsonObject[] {
  const merged = [...before];
  for (const item of patch) {
    const value = keyOf(item, key);
    const index = merged.findIndex((one) => keyOf(one, key) === value);
    const known = merged[index];
    if (known === undefined) merged.push(item);
    else merged[index] = mergeObject(known, item, items);
  }
  return merged;
}

/**
 * Items that the order names come in that order; the others keep their own, and their place before those
 * that they stood before.
 */
function inOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  key: string | undefined,
): unknown[] {
  const idOf = (item: unknown) => (key === undefined ? item : keyOf(item as JsonObject, key));
  const positions = (list: readonly unknown[]) => new Map(list.map((item, index) => [idOf(item), index]));
  const wanted = positions(order);
  const former = positions(before);
  const byPosition = (list: ReadonlyMap<unknown, number>) => (a: unknown, b: unknown) =>
    (list.get(idOf(a)) ?? 0) - (list.get(idOf(b)) ?? 0);
  const named = merged.filter((item) => wanted.has(idOf(item))).sort(byPosition(wanted));
  const others = merged.filter((item) => !wanted.has(idOf(item))).sort(byPosition(former));
  const result: unknown[] = [];
  for (const item of named) {
    const position = former.get(idOf(item));
    while (others.length > 0 && position !== undefined) {
      const other = former.get(idOf(others[0]));
      if (other === undefined || other > position) break;
      result.push(others.shift());
    }
    result.push(item);
  }
  return [...result, ...others];
}

/** `$setElementOrder/<name>` gives the order of the list's items, those of the patch and those that stay. */
function setOrderedList(
  merged: Record<string, unknown>,
  patch: JsonObject,
  name: string,
  node: SchemaNode,
): void {
  const order = patch[elementOrder + name];
  const [before, given] = [merged[name], patch[name]];
  if (!Array.isArray(order) || (given !== undefined && given !== null && !Array.isArray(given))) {
    throw new PatchError('malformed', 'invalid patch format of setElementOrder list');
  }
  const field = fieldOf(node, name);
  const key = field?.patch?.merge?.key;
  const former = Array.isArray(before) ? (before as unknown[]) : [];
  if (former.length === 0 && (Array.isArray(given) ? given.length === 0 : Array.isArray(before))) {
    throw new PatchError('failed', 'no elements in any of the given slices');
  }
  if (Array.isArray(given)) {
    requireSameOrder(given as unknown[], order as unknown[], key);
    const list = mergeList(former, given as unknown[], field);
    merged[name] = inOrder(list, order as unknown[], former, key);
  } else if (Array.isArray(before)) {
    merged[name] = inOrder(former, order as unknown[], former, key);
  }
}

function requireSameOrder(
  given: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): void {
  const idOf = (item: unknown) => (key === undefined ? item : keyOf(item as JsonObject, key));
  const ids = order.map(idOf);
  let position = 0;
  for (const item of given) {
    if (isObject(item) && Object.hasOwn(item, patchMarker)) continue;
    const next = ids.indexOf(idOf(item), position);
    if (next === -1) {
      throw new PatchError(
        'failed',
        `The order in patch list:\n${goText(given)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
    }
    position = next + 1;
  }
}

function deleteFromPrimitives(merged: Record<string, unknown>, name: string, values: unknown): void {
  if (!Array.isArray(values)) {
    throw new PatchError('malformed', 'invalid patch format of primitive list');
  }
  const before = merged[name];
  if (Array.isArray(before)) merged[name] = before.filter((item) => !values.includes(item));
}

/**
 * What a patch adds afresh: without nulls, which delete nothing there, and without what is marked to be
 * deleted. Other directives stay and become unknown fields, as on the server.
 */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchMarker)) return undefined;
  const entries = Object.entries(value)
    .filter(([, one]) => one !== null)
    .map(([name, one]) => [name, withoutDirectives(one)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function keyOf(item: JsonObject, key: string): unknown {
  if (Object.hasOwn(item, key)) return item[key];
  throw new PatchError('failed', `map: ${goText(item)} does not contain declared merge key: ${key}`);
}

function unknownMarker(marker: unknown, patch: JsonObject): PatchError {
  return new PatchError('failed', `unknown patch type: ${goText(marker)} in map: ${goText(patch)}`);
}

function omit(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([one]) => one !== name));
}

/** A value as Go's `%v` prints it, which the server's messages show. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([name, one]) => `${name}:${goText(one)}`).join(' ')}]`;
  }
  if (value === null) return '<nil>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
