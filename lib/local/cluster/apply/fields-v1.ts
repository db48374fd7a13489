import { canonicalJson } from './canonical-json.ts';
import type { FieldSet } from './field-set.ts';

/** `fieldsV1` of a managedFields entry. */
export type FieldsV1 = { readonly [element: string]: FieldsV1 };

/** A field set as JSON: `.` stands for the field itself where fields below it are owned, too. */
export function encodeFieldsV1(set: FieldSet): FieldsV1 {
  const encoded: Record<string, FieldsV1> = {};
  const elements: string[] = [...new Set([...set.members, ...set.children.keys()])];
  for (const element of elements.sort()) {
    const below = set.children.get(element);
    if (below === undefined) encoded[element] = {};
    else if (set.members.has(element)) encoded[element] = { '.': {}, ...encodeFieldsV1(below) };
    else encoded[element] = encodeFieldsV1(below);
  }
  return encoded;
}

/** Inverse of `encodeFieldsV1`; undefined for JSON of another shape. */
export function decodeFieldsV1(encoded: unknown): FieldSet | undefined {
  if (!isRecord(encoded)) return undefined;
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [written, below] of Object.entries(encoded)) {
    if (written === '.') continue;
    const element = canonicalElement(written);
    if (element === undefined || !isRecord(below)) return undefined;
    if (Object.keys(below).length === 0 || Object.hasOwn(below, '.')) members.add(element);
    if (Object.keys(below).some((one) => one !== '.')) {
      const decoded = decodeFieldsV1(below);
      if (decoded === undefined) return undefined;
      children.set(element, decoded);
    }
  }
  return { members, children };
}

/** Clients may order the keys of an item in any way. */
function canonicalElement(element: string): string | undefined {
  const type = element.slice(0, 2);
  if (type === 'f:' || type === 'i:') return element;
  if (type !== 'k:' && type !== 'v:') return undefined;
  try {
    return type + canonicalJson(JSON.parse(element.slice(2)));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A path as error messages write it: `.spec.containers[name="c"].image`. */
export function formatFieldPath(path: readonly string[]): string {
  return path.map(formatElement).join('');
}

function formatElement(element: string): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(JSON.parse(rest) as object)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
