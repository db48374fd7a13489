import type { ListNode, ScalarType, SchemaNode } from '../schemas/schema-node.ts';
import { isJsonObject, itemElement, type JsonObject } from './value-shape.ts';

/**
 * What keeps a configuration from being applied: ownership is kept by type, so that every value must fit its own, and
 * items must be told apart. In the words of the server's library for it; `.spec.replicas: expected numeric …`.
 */
export function typedProblems(value: unknown, node: SchemaNode, path = ''): string[] {
  if (value === null || value === undefined) return [];
  const problem = (text: string): string[] => [path === '' ? text : `${path}: ${text}`];
  switch (node.kind) {
    case 'any':
    case 'deduced':
      return [];
    case 'scalar': {
      const text = scalarProblem(value, node.scalar);
      return text === undefined ? [] : problem(text);
    }
    case 'list':
      return Array.isArray(value)
        ? listProblems(value, node, path)
        : problem(`expected list, got &{${printed(value)}}`);
    case 'map':
      return isJsonObject(value)
        ? fieldsProblems(value, path, () => node.values)
        : problem(`expected map, got &{${printed(value)}}`);
    case 'struct':
      return isJsonObject(value)
        ? fieldsProblems(value, path, (name) => node.fields.get(name)?.node ?? node.others)
        : problem(`expected map, got &{${printed(value)}}`);
  }
}

function fieldsProblems(
  value: JsonObject,
  path: string,
  nodeOf: (name: string) => SchemaNode | undefined,
): string[] {
  const problems: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    const node = nodeOf(name);
    if (node === undefined) {
      // The server looks no further in this object.
      return [...problems, `${path}.${name}: field not declared in schema`];
    }
    problems.push(...typedProblems(field, node, `${path}.${name}`));
  }
  return problems;
}

function listProblems(items: readonly unknown[], node: ListNode, path: string): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (node.listType === 'atomic') {
      problems.push(...typedProblems(item, node.items, `${path}[${index}]`));
      continue;
    }
    const element = itemElement(node, item);
    if (element === undefined) {
      return [...problems, `${path}: element ${index}: ${indistinct(item, node)}`];
    }
    const shown = shownElement(element);
    if (seen.has(element)) problems.push(`${path}: duplicate entries for key ${shown}`);
    seen.add(element);
    problems.push(...typedProblems(item, node.items, `${path}${shown}`));
  }
  return problems;
}

/** Why an item cannot be told apart from others. */
function indistinct(item: unknown, node: ListNode): string {
  if (node.listType === 'set') {
    if (item === null) return "associative list without keys has an element that's null";
    return `associative list without keys has an element that's a ${Array.isArray(item) ? 'list' : 'map'} type`;
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
  const keys = node.keys.map((key) => JSON.stringify(key)).join(' ');
  return `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any of them)`;
}

/** `k:{"name":"a"}` as `[name="a"]`, and `v:"a"` as `[="a"]`. */
function shownElement(element: string): string {
  const content: unknown = JSON.parse(element.slice(2));
  if (element.startsWith('v:')) return `[=${JSON.stringify(content)}]`;
  const keys = Object.entries(content as JsonObject).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}

function scalarProblem(value: unknown, scalar: ScalarType): string | undefined {
  switch (scalar) {
    case 'int32':
    case 'int64':
    case 'number':
      return typeof value === 'number'
        ? undefined
        : `expected numeric (int or float), got ${typeName(value)}`;
    case 'string':
    case 'bytes':
      return typeof value === 'string' ? undefined : `expected string, got ${syntax(value)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${syntax(value)}`;
    case 'time':
    case 'microTime':
    case 'quantity':
    case 'intOrString':
      return typeof value === 'object' ? `expected any scalar, got &{${printed(value)}}` : undefined;
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A value as messages of the server's language print it. */
function printed(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([name, field]) => `${name}:${printed(field)}`).join(' ')}]`;
}

/** A value as it would be written in the server's language. */
function syntax(value: unknown): string {
  return `&value.valueUnstructured{Value:${literal(value)}}`;
}

function literal(value: unknown): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(literal).join(', ')}}`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = entries.map(([name, field]) => `${JSON.stringify(name)}:${literal(field)}`);
  return `map[string]interface {}{${fields.join(', ')}}`;
}
