import type {
  ListNode,
  PatchStrategy,
  ScalarType,
  SchemaField,
  SchemaNode,
  StructNode,
} from './schema-node.ts';

/** Types in compact notation, parsed on demand. */
export type TypeSet = {
  /** The type of a served kind: `group/version/Kind`. */
  readonly ofKind: (kind: string) => StructNode | undefined;
  /** Every kind that is served, `group/version/Kind`. */
  readonly kinds: ReadonlySet<string>;
};

/**
 * Reads types in this notation, one a line: `name[*] [=group/version/Kind ...] [field:type[flags] ...]`.
 *
 * Types: `s` string, `b` boolean, `i` int32, `l` int64, `f` number, `y` bytes, `t` time, `u` time with
 * microseconds, `q` quantity, `o` int or string, `j` any JSON, `<Name>` an object, `[T]` a list, `{T}` a map.
 * Flags: `*` owned as a whole; `#a,b` list told apart by these keys, `$` by value; `%` strategic merge, with
 * the key after it; `^` retainKeys; `!` always written, `~` written as null when absent, `=` not written
 * when empty; `'x` default of a key.
 */
export function parseTypes(text: string): TypeSet {
  const lines = new Map<string, string>();
  const names = new Map<string, string>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [head = '', ...words] = line.split(' ');
    const name = head.replace('*', '');
    lines.set(name, line);
    for (const word of words) {
      if (!word.startsWith('=')) break;
      names.set(word.slice(1), name);
    }
  }
  const structs = new Map<string, StructNode>();
  const resolve = (name: string): StructNode => {
    const known = structs.get(name);
    if (known !== undefined) return known;
    const line = lines.get(name);
    if (line === undefined) throw new Error(`Cannot find type "${name}", expected it among the parsed lines`);
    const struct = parseStruct(name, line, resolve);
    structs.set(name, struct);
    return struct;
  };
  return {
    ofKind: (kind) => {
      const name = names.get(kind);
      return name === undefined ? undefined : resolve(name);
    },
    kinds: new Set(names.keys()),
  };
}

type Resolve = (name: string) => StructNode;

/** Types refer to each other, also in circles, so fields are read when somebody asks for them. */
function parseStruct(name: string, line: string, resolve: Resolve): StructNode {
  const [head = '', ...words] = line.split(' ');
  let fields: ReadonlyMap<string, SchemaField> | undefined;
  return {
    kind: 'struct',
    name,
    atomic: head.endsWith('*'),
    others: undefined,
    get fields() {
      const home = name.slice(0, name.lastIndexOf('.') + 1);
      fields ??= new Map(
        words.filter((word) => !word.startsWith('=')).map((word) => parseField(word, home, resolve)),
      );
      return fields;
    },
  };
}

function parseField(word: string, home: string, resolve: Resolve): [name: string, field: SchemaField] {
  const colon = word.indexOf(':');
  const { node, rest } = parseType(word.slice(colon + 1), home, resolve);
  const flags = /^(\*)?(?:#([\w,]+))?(\$)?(%\w*)?(\^)?([!~=])?(?:'(.*))?$/.exec(rest);
  if (flags === null) throw new Error(`Cannot read flags of field: "${word}"`);
  const [, atomic, keys, set, merge, retainKeys, presence, defaultValue] = flags;
  return [
    word.slice(0, colon),
    {
      node: withFlags(node, { atomic: atomic !== undefined, keys, set: set !== undefined }),
      presence: presenceOf(presence),
      default: defaultValue,
      patch: patchOf(merge, retainKeys !== undefined),
    },
  ];
}

const scalars: Readonly<Record<string, ScalarType>> = {
  s: 'string',
  b: 'boolean',
  i: 'int32',
  l: 'int64',
  f: 'number',
  y: 'bytes',
  t: 'time',
  u: 'microTime',
  q: 'quantity',
  o: 'intOrString',
};

function parseType(text: string, home: string, resolve: Resolve): { node: SchemaNode; rest: string } {
  const first = text.charAt(0);
  if (first === '<') {
    const end = text.indexOf('>');
    const name = text.slice(1, end);
    return { node: reference(name.includes('.') ? name : home + name, resolve), rest: text.slice(end + 1) };
  }
  if (first === '[' || first === '{') {
    const inner = parseType(text.slice(1), home, resolve);
    const node: SchemaNode =
      first === '['
        ? { kind: 'list', items: inner.node, listType: 'atomic', keys: [] }
        : { kind: 'map', values: inner.node, atomic: false };
    return { node, rest: inner.rest.slice(1) };
  }
  if (first === 'j') return { node: { kind: 'any' }, rest: text.slice(1) };
  const scalar = scalars[first];
  if (scalar === undefined) throw new Error(`Cannot read type: "${text}"`);
  return { node: { kind: 'scalar', scalar }, rest: text.slice(1) };
}

/** Stands for a type until its fields are asked for. */
function reference(name: string, resolve: Resolve): StructNode {
  return {
    kind: 'struct',
    name,
    others: undefined,
    get atomic() {
      return resolve(name).atomic;
    },
    get fields() {
      return resolve(name).fields;
    },
  };
}

function withFlags(
  node: SchemaNode,
  flags: { readonly atomic: boolean; readonly keys: string | undefined; readonly set: boolean },
): SchemaNode {
  if (node.kind === 'list') return listWith(node, flags.keys, flags.set);
  if (!flags.atomic) return node;
  if (node.kind === 'map') return { ...node, atomic: true };
  if (node.kind !== 'struct') return node;
  return {
    kind: 'struct',
    name: node.name,
    others: undefined,
    atomic: true,
    get fields() {
      return node.fields;
    },
  };
}

function listWith(node: ListNode, keys: string | undefined, set: boolean): ListNode {
  if (keys !== undefined) return { ...node, listType: 'map', keys: keys.split(',') };
  return set ? { ...node, listType: 'set' } : node;
}

function presenceOf(flag: string | undefined): SchemaField['presence'] {
  if (flag === '!') return 'always';
  if (flag === '~') return 'nullable';
  return flag === '=' ? 'unless-empty' : 'if-set';
}

function patchOf(merge: string | undefined, retainKeys: boolean): PatchStrategy | undefined {
  if (merge === undefined && !retainKeys) return undefined;
  const key = merge === undefined || merge === '%' ? undefined : merge.slice(1);
  return { merge: merge === undefined ? undefined : { key }, retainKeys };
}
