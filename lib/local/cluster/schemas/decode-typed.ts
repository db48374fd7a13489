import { goJsonType } from '../go-json-type.ts';
import { canonicalTime } from './canonical-time.ts';
import { canonicalQuantity } from './quantity.ts';
import type { ScalarType, SchemaField, SchemaNode, StructNode } from './schema-node.ts';

export type Decoded =
  | { readonly kind: 'decoded'; readonly object: Record<string, unknown> }
  /** A value of the wrong type; the message is what the server's decoder says. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Reads an object into its type and writes it again, as it comes out of an API server: unknown fields and
 * empty optional ones are gone, fields that are always written are there, fields are in the type's order,
 * times, quantities and bytes are in their canonical form.
 */
export function decodeTyped(value: Readonly<Record<string, unknown>>, type: StructNode): Decoded {
  try {
    return { kind: 'decoded', object: decodeStruct(value, type, { struct: type, fields: [] }) };
  } catch (error) {
    if (error instanceof TypeMismatch) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

/** The object that has nothing set: what a create is compared with. */
export function zeroObject(type: StructNode): Record<string, unknown> {
  return decodeStruct({}, type, { struct: type, fields: [] });
}

/** Thrown inside this file only. */
class TypeMismatch extends Error {
  override name = 'TypeMismatch';
}

/** Where the decoder is: the innermost struct, and all fields on the way to here. */
type Position = { readonly struct: StructNode; readonly fields: readonly string[] };

function decodeStruct(
  value: Readonly<Record<string, unknown>>,
  type: StructNode,
  position: Position,
): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [name, field] of type.fields) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const at = { struct: type, fields: [...position.fields, name] };
    const result = decodeField(given, field, at);
    if (result !== undefined) decoded[name] = result;
  }
  return decoded;
}

function decodeField(given: unknown, field: SchemaField, at: Position): unknown {
  const isSet = given !== undefined && given !== null;
  switch (field.presence) {
    case 'always':
      return isSet ? decode(given, field.node, at) : zeroValue(field.node);
    case 'nullable':
      return isSet ? decode(given, field.node, at) : null;
    case 'if-set':
      return isSet ? decode(given, field.node, at) : undefined;
    case 'unless-empty': {
      const decoded = isSet ? decode(given, field.node, at) : undefined;
      return isEmpty(decoded) ? undefined : decoded;
    }
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}

function zeroValue(node: SchemaNode): unknown {
  if (node.kind === 'struct') return zeroObject(node);
  if (node.kind !== 'scalar') return null;
  return zeroScalars[node.scalar] === undefined ? 0 : zeroScalars[node.scalar];
}

const zeroScalars: Readonly<Partial<Record<ScalarType, unknown>>> = {
  string: '',
  boolean: false,
  quantity: '0',
  time: null,
  microTime: null,
  bytes: null,
};

function decode(value: unknown, node: SchemaNode, at: Position): unknown {
  switch (node.kind) {
    case 'any':
    case 'deduced':
      return value;
    case 'scalar':
      return decodeScalar(value, node.scalar, at);
    case 'struct':
      if (!isRecord(value)) throw mismatch(value, node, at);
      return decodeStruct(value, node, at);
    case 'map':
      if (!isRecord(value)) throw mismatch(value, node, at);
      return Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, one]) => [name, decodeItem(one, node.values, at)]),
      );
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, node, at);
      return (value as unknown[]).map((item) => decodeItem(item, node.items, at));
  }
}

/** Null is nothing: the item is what it is when nothing is set. */
function decodeItem(item: unknown, node: SchemaNode, at: Position): unknown {
  return item === null ? zeroValue(node) : decode(item, node, at);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeScalar(value: unknown, scalar: ScalarType, at: Position): unknown {
  switch (scalar) {
    case 'boolean':
    case 'number':
    case 'string':
      if (typeof value !== scalar) throw mismatch(value, { kind: 'scalar', scalar }, at);
      return value;
    case 'int32':
    case 'int64':
      return decodeInteger(value, scalar, at);
    case 'bytes':
      return decodeBytes(value, at);
    case 'time':
    case 'microTime':
      return decodeTime(value, scalar, at);
    case 'quantity':
      return decodeQuantity(value);
    case 'intOrString':
      if (typeof value === 'string') return value;
      return decodeInteger(value, 'int32', at);
  }
}

function decodeInteger(value: unknown, scalar: 'int32' | 'int64', at: Position): unknown {
  const limit = scalar === 'int32' ? 2 ** 31 : 2 ** 63;
  if (typeof value !== 'number') throw mismatch(value, { kind: 'scalar', scalar }, at);
  if (Number.isInteger(value) && value >= -limit && value < limit) return value;
  throw new TypeMismatch(`json: cannot unmarshal number ${value} into ${place(at)} of type ${scalar}`);
}

function decodeBytes(value: unknown, at: Position): string {
  if (typeof value !== 'string') throw mismatch(value, { kind: 'scalar', scalar: 'bytes' }, at);
  const text = value.replace(/[\r\n]/g, '');
  if (base64.test(text)) return text;
  const index = firstBadByte(text);
  throw new TypeMismatch(`illegal base64 data at input byte ${index}`);
}

/** Where the server's decoder, which goes by groups of four characters, gives up. */
function firstBadByte(text: string): number {
  const bad = /[^A-Za-z0-9+/]/.exec(text)?.index;
  if (bad === undefined) return text.length - (text.length % 4);
  if (text[bad] !== '=' || bad % 4 < 2) return bad;
  if (bad % 4 === 3 || text[bad + 1] === '=') return bad - (bad % 4) + 4;
  return bad + 1;
}

function decodeTime(value: unknown, scalar: 'time' | 'microTime', at: Position): string {
  if (typeof value !== 'string') throw mismatch(value, { kind: 'scalar', scalar: 'string' }, at);
  const time = canonicalTime(value, scalar === 'microTime');
  if (time.kind === 'time') return time.text;
  throw new TypeMismatch(time.message);
}

function decodeQuantity(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  const quantity = typeof text === 'string' ? canonicalQuantity(text.trim()) : undefined;
  if (quantity !== undefined) return quantity;
  throw new TypeMismatch(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

function mismatch(value: unknown, node: SchemaNode, at: Position): TypeMismatch {
  return new TypeMismatch(
    `json: cannot unmarshal ${goJsonType(value)} into ${place(at)} of type ${typeName(node)}`,
  );
}

function place(at: Position): string {
  return `Go struct field ${shortName(at.struct)}.${at.fields.join('.')}`;
}

function shortName(struct: StructNode): string {
  return struct.name.split('.').at(-1) ?? '';
}

/** The name of a type in the server's own language. */
function typeName(node: SchemaNode): string {
  switch (node.kind) {
    case 'struct':
      return `v1.${shortName(node)}`;
    case 'map':
      return `map[string]${typeName(node.values)}`;
    case 'list':
      return `[]${typeName(node.items)}`;
    case 'scalar':
      return scalarNames[node.scalar] ?? node.scalar;
    case 'any':
    case 'deduced':
      return 'interface {}';
  }
}

const scalarNames: Readonly<Partial<Record<ScalarType, string>>> = {
  boolean: 'bool',
  number: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
