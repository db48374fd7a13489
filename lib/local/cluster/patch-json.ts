import { isDeepStrictEqual } from 'node:util';

import { goJsonType } from './go-json-type.ts';

export type PatchOutcome =
  | { readonly kind: 'patched'; readonly object: unknown }
  /** The patch itself makes no sense: 400 with this message. */
  | { readonly kind: 'malformed'; readonly message: string }
  /** The patch does not fit the object: 422 without details. */
  | { readonly kind: 'inapplicable'; readonly message: string };

/**
 * Applies a JSON patch (RFC 6902) as the API server does, which is more lenient than the RFC: `replace` and
 * `copy` take a missing member for null, indexes may count from the end.
 */
export function applyJsonPatch(object: unknown, patch: unknown): PatchOutcome {
  if (!Array.isArray(patch)) {
    return malformed(
      `json: cannot unmarshal ${goJsonType(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  const odd = patch.find((operation) => !isRecord(operation));
  if (odd !== undefined) {
    return malformed(`json: cannot unmarshal ${goJsonType(odd)} into Go value of type handlers.jsonPatchOp`);
  }
  // The document may be replaced as a whole, so it is a member of something.
  const root = { document: structuredClone(object) };
  try {
    for (const operation of patch as readonly Operation[]) applyOperation(root, operation);
    return { kind: 'patched', object: root.document };
  } catch (error) {
    if (error instanceof InapplicableError) return { kind: 'inapplicable', message: error.message };
    throw error;
  }
}

type Operation = Readonly<Record<string, unknown>>;
type Root = { document: unknown };
type Container = Record<string, unknown> | unknown[];

/** Thrown inside this file only. */
class InapplicableError extends Error {
  override name = 'InapplicableError';
}

function malformed(message: string): PatchOutcome {
  return { kind: 'malformed', message: `error decoding patch: ${message}` };
}

function applyOperation(root: Root, operation: Operation): void {
  const { op, value = null } = operation;
  const path = pointerOf(operation, 'path');
  if (op === 'add') add(root, path, structuredClone(value));
  else if (op === 'remove') remove(root, path);
  else if (op === 'replace') replace(root, path, structuredClone(value));
  else if (op === 'test') test(root, path, value);
  else if (op === 'copy') add(root, path, structuredClone(read(root, pointerOf(operation, 'from'))));
  else if (op === 'move') move(root, pointerOf(operation, 'from'), path);
  else throw new InapplicableError(`Cannot apply operation ${JSON.stringify(op)}: expected one of RFC 6902`);
}

function pointerOf(operation: Operation, field: 'path' | 'from'): readonly string[] {
  const pointer = operation[field];
  if (typeof pointer !== 'string') throw new InapplicableError(`Cannot find ${field} of an operation`);
  // What precedes the first slash is ignored, so that a missing slash loses the first part.
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The container of the addressed member, and the member's key in it. */
function locate(root: Root, path: readonly string[]): { container: Container; key: string } {
  const key = path.at(-1);
  if (key === undefined) throw missing(path);
  let container: unknown = root.document;
  for (const part of path.slice(0, -1)) container = isContainer(container) ? get(container, part) : undefined;
  if (!isContainer(container)) throw missing(path);
  return { container, key };
}

function read(root: Root, path: readonly string[]): unknown {
  const { container, key } = locate(root, path);
  return get(container, key) ?? null;
}

function add(root: Root, path: readonly string[], value: unknown): void {
  const { container, key } = locate(root, path);
  if (!Array.isArray(container)) container[key] = value;
  else if (key === '-') container.push(value);
  else container.splice(indexIn(key, container.length + 1), 0, value);
}

function remove(root: Root, path: readonly string[]): void {
  const { container, key } = locate(root, path);
  if (Array.isArray(container)) container.splice(indexIn(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw missing(path);
}

function move(root: Root, from: readonly string[], path: readonly string[]): void {
  const moved = read(root, from);
  remove(root, from);
  add(root, path, moved);
}

function replace(root: Root, path: readonly string[], value: unknown): void {
  if (path.length === 0) {
    if (!isContainer(value)) throw new InapplicableError('Cannot replace the document by a plain value');
    root.document = value;
    return;
  }
  const { container, key } = locate(root, path);
  if (Array.isArray(container)) container[indexIn(key, container.length)] = value;
  else container[key] = value;
}

function test(root: Root, path: readonly string[], expected: unknown): void {
  const actual = path.length === 0 ? root.document : read(root, path);
  if (!isDeepStrictEqual(actual, expected)) {
    throw new InapplicableError(`Cannot confirm value at /${path.join('/')}: it differs`);
  }
}

function get(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[indexIn(key, container.length)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function indexIn(key: string, length: number): number {
  const index = /^[+-]?[0-9]+$/.test(key) ? Number(key) : Number.NaN;
  const fromStart = index < 0 ? index + length : index;
  if (fromStart >= 0 && fromStart < length) return fromStart;
  throw new InapplicableError(`Cannot use index "${key}" in a list of ${length}`);
}

function missing(path: readonly string[]): InapplicableError {
  return new InapplicableError(`Cannot find /${path.join('/')}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
