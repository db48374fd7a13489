import { decodeTyped } from '../schemas/decode-typed.ts';
import type { ListNode, MapNode, SchemaNode, StructNode } from '../schemas/schema-node.ts';
import { decodeSchemaUnion, schemaUnions } from './decode-schema-union.ts';
import { decodeEmbeddedJson, decodeWireScalar } from './decode-wire-scalar.ts';
import { parseWireNumbers, type WireField } from './parse-wire-numbers.ts';
import { wireBytes } from './wire-bytes.ts';
import { wireNumbers } from './wire-numbers.ts';
import { readFields, readPacked, WireError, type WireValue } from './wire-reader.ts';

/** Messages in messages; only schemas of schemas can go on for ever, and a pod template needs ten. */
const maxDepth = 100;

let numbers: ReturnType<typeof parseWireNumbers> | undefined;

/**
 * Reads the message of a built-in kind into what `decodeTyped` takes: every field that is on the wire, also
 * the zero values that Kubernetes writes of whatever is no pointer. kubectl sends what it creates itself in
 * this encoding, and does not try another one when it is refused.
 * @throws WireError for bytes that are no such message
 */
export function decodeProtobuf(message: Buffer, type: StructNode): Record<string, unknown> {
  return decodeMessage(message, type, { depth: 0, before: undefined });
}

/** Where a value is: how deep, and what an earlier occurrence of its field has left. */
type Position = { readonly depth: number; readonly before: unknown };

function decodeMessage(message: Buffer, type: StructNode, { depth, before }: Position) {
  if (depth > maxDepth) throw new WireError(`proto: messages are nested deeper than ${maxDepth}`);
  const object = (before ?? {}) as Record<string, unknown>;
  decodeFields(message, { type, fields: fieldsOf(type.name), depth, object });
  return object;
}

function fieldsOf(typeName: string): ReadonlyMap<number, WireField> {
  numbers ??= parseWireNumbers(wireNumbers);
  const fields = numbers.get(typeName);
  if (fields === undefined) throw new Error(`Cannot decode ${typeName}: no field numbers, expected some`);
  return fields;
}

type Target = {
  readonly type: StructNode;
  readonly fields: ReadonlyMap<number, WireField>;
  readonly depth: number;
  readonly object: Record<string, unknown>;
};

function decodeFields(message: Buffer, target: Target): void {
  const { type, fields, depth, object } = target;
  for (const wire of readFields(message)) {
    const field = fields.get(wire.number);
    // Fields of newer clients are dropped, as by a server that does not know them.
    if (field === undefined) continue;
    if (field.kind === 'inline') {
      decodeFields(wireBytes(wire), { ...target, fields: fieldsOf(field.type) });
      continue;
    }
    const node = type.fields.get(field.name)?.node;
    if (node === undefined) continue;
    const union = schemaUnions[type.name]?.[field.name];
    const decode: DecodeValue = (value, of, before) =>
      union === undefined
        ? decodeValue(value, of, { depth, before })
        : decodeSchemaUnion(value, union, (schema) => decodeInnerSchema(schema, type, depth));
    object[field.name] = decodeField(wire, node, { before: object[field.name], decode });
  }
}

/** JSON in JSON is not decoded by type any more, so what is empty in it is left out here. */
function decodeInnerSchema(message: Buffer, type: StructNode, depth: number): unknown {
  const decoded = decodeTyped(decodeMessage(message, type, { depth: depth + 1, before: undefined }), type);
  if (decoded.kind === 'invalid') throw new WireError(decoded.message);
  return decoded.object;
}

type DecodeValue = (wire: WireValue, node: SchemaNode, before?: unknown) => unknown;
type Occurrence = { readonly before: unknown; readonly decode: DecodeValue };

function decodeField(wire: WireValue, node: SchemaNode, { before, decode }: Occurrence): unknown {
  if (node.kind === 'list') return addItems(wire, node, { before, decode });
  if (node.kind === 'map') return addEntry(wire, node, { before, decode });
  return decode(wire, node, before);
}

/** The list grows in place: copying it for every item would make long ones quadratic. */
function addItems(wire: WireValue, { items }: ListNode, { before, decode }: Occurrence): unknown[] {
  const list = (before ?? []) as unknown[];
  if (wire.kind === 'bytes' && isInteger(items)) {
    for (const value of readPacked(wire.value)) {
      list.push(decode({ number: wire.number, kind: 'varint', value }, items));
    }
  } else list.push(decode(wire, items));
  return list;
}

function isInteger(node: SchemaNode): boolean {
  return node.kind === 'scalar' && (node.scalar === 'int32' || node.scalar === 'int64');
}

/** Without a prototype any text is a key like the others, also `__proto__`. */
function addEntry(
  wire: WireValue,
  { values }: MapNode,
  { before, decode }: Occurrence,
): Record<string, unknown> {
  const map = (before ?? Object.create(null)) as Record<string, unknown>;
  let key = '';
  // Null is nothing for the decoder by type; only bytes can be empty and still be there.
  let value: unknown = values.kind === 'scalar' && values.scalar === 'bytes' ? '' : null;
  for (const field of readFields(wireBytes(wire))) {
    if (field.number === 1) key = wireBytes(field).toString();
    if (field.number === 2) value = values.kind === 'list' ? wrapped(field, values) : decode(field, values);
  }
  map[key] = value;
  return map;

  /** A list cannot be a value on the wire: a message around it has it as its first field. */
  function wrapped(field: WireValue, list: ListNode): unknown[] {
    return [...readFields(wireBytes(field))].map((item) => decode(item, list.items));
  }
}

function decodeValue(wire: WireValue, node: SchemaNode, { depth, before }: Position): unknown {
  if (node.kind === 'struct') return decodeMessage(wireBytes(wire), node, { depth: depth + 1, before });
  return node.kind === 'scalar' ? decodeWireScalar(wire, node.scalar) : decodeEmbeddedJson(wire);
}
