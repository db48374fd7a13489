import { isExactNumber } from './exact-json.ts';

/** One step of a JSON Patch (RFC 6902); only these three are made, which every reader of patches knows. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** Deeper values are replaced as a whole; the API server's own objects have some twenty levels. */
const maxDepth = 100;

/**
 * What turns one value of `parseExactJson` into another, as a JSON Patch whose paths are JSON Pointers (RFC 6901).
 * Time is linear in the size of both: of arrays, equal elements at either end are left alone and what lies between is
 * compared place by place. Libraries look for the shortest patch of an array in quadratic time, minutes for two lists
 * of 10,000 elements, and take exact numbers for objects.
 */
export function jsonPatch(before: unknown, after: unknown): PatchOperation[] {
  const operations: PatchOperation[] = [];
  compare(before, after, { path: '', depth: 0, operations });
  return operations;
}

type Place = { readonly path: string; readonly depth: number; readonly operations: PatchOperation[] };

function compare(before: unknown, after: unknown, place: Place): void {
  const { path, depth, operations } = place;
  if (depth < maxDepth && isArray(before) && isArray(after)) compareArrays(before, after, place);
  else if (depth < maxDepth && isObject(before) && isObject(after)) compareObjects(before, after, place);
  else if (!isEqual(before, after)) operations.push({ op: 'replace', path, value: after });
}

function compareObjects(before: JsonObject, after: JsonObject, place: Place): void {
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(after, name)) compare(before[name], after[name], below(place, name));
    else place.operations.push({ op: 'remove', path: below(place, name).path });
  }
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name)) {
      place.operations.push({ op: 'add', path: below(place, name).path, value });
    }
  }
}

function compareArrays(before: readonly unknown[], after: readonly unknown[], place: Place): void {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isEqual(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && isEqual(before.at(-1 - end), after.at(-1 - end))) end += 1;

  const beforeEnd = before.length - end;
  const afterEnd = after.length - end;
  const common = Math.min(beforeEnd, afterEnd);
  for (let index = start; index < common; index += 1) {
    compare(before[index], after[index], below(place, String(index)));
  }
  // From the back, so that the places of the others stay what they are.
  for (let index = beforeEnd - 1; index >= common; index -= 1) {
    place.operations.push({ op: 'remove', path: below(place, String(index)).path });
  }
  for (let index = common; index < afterEnd; index += 1) {
    place.operations.push({ op: 'add', path: below(place, String(index)).path, value: after[index] });
  }
}

function below({ path, depth, operations }: Place, segment: string): Place {
  const escaped = segment.replaceAll('~', '~0').replaceAll('/', '~1');
  return { path: `${path}/${escaped}`, depth: depth + 1, operations };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

/** Without recursion: nothing bounds the depth of what users store. */
function isEqual(left: unknown, right: unknown): boolean {
  const pairs: Pair[] = [[left, right]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const members = membersOf(pair);
    if (members === undefined) return false;
    for (const member of members) pairs.push(member);
  }
  return true;
}

type Pair = readonly [unknown, unknown];

/** What must be equal for the two to be: nothing more for equal scalars, `undefined` for what cannot be equal. */
function membersOf([a, b]: Pair): readonly Pair[] | undefined {
  if (a === b) return [];
  if (isArray(a) && isArray(b)) {
    return a.length === b.length ? a.map((element, index) => [element, b[index]] as const) : undefined;
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    const isSameShape =
      names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name));
    return isSameShape ? names.map((name) => [a[name], b[name]] as const) : undefined;
  }
  return isExactNumber(a) && isExactNumber(b) && a.rawJSON === b.rawJSON ? [] : undefined;
}
