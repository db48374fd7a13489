/** JSON with all that is written in it: fields in their order, and those that occur twice, both times. */
export type JsonTree =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [name: string, value: JsonTree])[] }
  | { readonly kind: 'list'; readonly items: readonly JsonTree[] }
  | { readonly kind: 'value'; readonly value: unknown };

/**
 * Reads a text that `JSON.parse` accepts; it does not check the grammar again.
 * @throws SyntaxError for other texts, at times with a vague message
 */
export function parseJsonTree(text: string): JsonTree {
  const tokens = text.matchAll(/[{}[\]:,]|"(?:[^"\\]|\\.)*"|[^\s{}[\]:,"]+/g);
  const next = (): string => {
    const token = tokens.next();
    if (token.done === true) throw new SyntaxError('Cannot read JSON: unexpected end');
    return token.value[0];
  };
  return readValue(next(), next);
}

function readValue(token: string, next: () => string): JsonTree {
  if (token === '{') return readObject(next);
  if (token === '[') return readList(next);
  return { kind: 'value', value: JSON.parse(token) as unknown };
}

function readObject(next: () => string): JsonTree {
  const entries: [string, JsonTree][] = [];
  for (let token = next(); token !== '}'; token = next()) {
    const name = token === ',' ? next() : token;
    next();
    entries.push([JSON.parse(name) as string, readValue(next(), next)]);
  }
  return { kind: 'object', entries };
}

function readList(next: () => string): JsonTree {
  const items: JsonTree[] = [];
  for (let token = next(); token !== ']'; token = next()) {
    items.push(readValue(token === ',' ? next() : token, next));
  }
  return { kind: 'list', items };
}

/** The plain value; of fields that occur twice the last one counts. */
export function treeToValue(tree: JsonTree): unknown {
  switch (tree.kind) {
    case 'value':
      return tree.value;
    case 'list':
      return tree.items.map(treeToValue);
    case 'object':
      return Object.fromEntries(tree.entries.map(([name, value]) => [name, treeToValue(value)]));
  }
}

/** A value as a tree, for bodies that were not JSON. */
export function valueToTree(value: unknown): JsonTree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(valueToTree) };
  if (typeof value !== 'object' || value === null) return { kind: 'value', value };
  return {
    kind: 'object',
    entries: Object.entries(value).map(([name, one]) => [name, valueToTree(one)] as const),
  };
}
