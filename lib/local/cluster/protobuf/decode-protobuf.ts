import type { ScalarType, SchemaNode, StructNode } from '../schemas/schema-node.ts';
import { parseWireNumbers, type WireField } from './parse-wire-numbers.ts';
import { wireNumbers } from './wire-numbers.ts';
import { readFields, WireError, type WireValue } from './wire-reader.ts';

/** What stands before every object that Kubernetes encodes so. */
const magic = Buffer.from('k8s\0');

/** The envelope of an object: what it says to be, and its message. */
export type ProtobufEnvelope = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Buffer;
};

/** Opens the envelope (`runtime.Unknown`). @throws WireError for other bytes */
export function openProtobuf(body: Buffer): ProtobufEnvelope {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw new WireError("provided data does not appear to be a protobuf message, expected prefix 'k8s'");
  }
  let [apiVersion, kind] = ['', ''];
  let message: Buffer = Buffer.alloc(0);
  for (const field of readFields(body.subarray(magic.length))) {
    if (field.kind !== 'bytes') continue;
    if (field.number === 2) message = field.value;
    if (field.number !== 1) continue;
    for (const type of readFields(field.value)) {
      if (type.kind !== 'bytes') continue;
      if (type.number === 1) apiVersion = type.value.toString();
      if (type.number === 2) kind = type.value.toString();
    }
  }
  return { apiVersion, kind, message };
}

let numbers: ReturnType<typeof parseWireNumbers> | undefined;

/**
 * Reads the message of a built-in kind into the object that JSON would show. kubectl sends what it creates
 * itself in this encoding, and does not try another one when it is refused.
 * @throws WireError for bytes that are no such message
 */
export function decodeProtobuf(message: Buffer, type: StructNode): Record<string, unknown> {
  numbers ??= parseWireNumbers(wireNumbers);
  return decodeMessage(message, type, fieldsOf(type.name));
}

function fieldsOf(typeName: string): ReadonlyMap<number, WireField> {
  const fields = numbers?.get(typeName);
  if (fields === undefined) throw new WireError(`no field numbers are known for ${typeName}`);
  return fields;
}

function decodeMessage(
  message: Buffer,
  type: StructNode,
  fields: ReadonlyMap<number, WireField>,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const wire of readFields(message)) {
    const field = fields.get(wire.number);
    // Fields of newer clients are dropped, as by a server that does not know them.
    if (field === undefined) continue;
    if (field.kind === 'inline') {
      Object.assign(object, decodeMessage(bytesOf(wire), type, fieldsOf(field.type)));
      continue;
    }
    const node = type.fields.get(field.name)?.node;
    if (node !== undefined) object[field.name] = decodeField(wire, node, object[field.name]);
  }
  return object;
}

function decodeField(wire: WireValue, node: SchemaNode, before: unknown): unknown {
  if (node.kind === 'list') {
    return [...((before ?? []) as unknown[]), decodeValue(wire, node.items)];
  }
  if (node.kind === 'map') {
    const [key, value] = decodeEntry(bytesOf(wire), node.values);
    return { ...((before ?? {}) as Record<string, unknown>), [key]: value };
  }
  return decodeValue(wire, node);
}

function decodeEntry(entry: Buffer, values: SchemaNode): [key: string, value: unknown] {
  let key = '';
  let value: unknown;
  for (const wire of readFields(entry)) {
    if (wire.number === 1) key = bytesOf(wire).toString();
    // Lists cannot be values of maps on the wire; a message around them has them as its first field.
    else if (values.kind === 'list') {
      value = [...readFields(bytesOf(wire))].map((item) => decodeValue(item, values.items));
    } else value = decodeValue(wire, values);
  }
  return [key, value];
}

function decodeValue(wire: WireValue, node: SchemaNode): unknown {
  if (node.kind === 'struct') return decodeMessage(bytesOf(wire), node, fieldsOf(node.name));
  return node.kind === 'scalar' ? decodeScalar(wire, node.scalar) : embeddedJson(bytesOf(wire));
}

function decodeScalar(wire: WireValue, scalar: ScalarType): unknown {
  switch (scalar) {
    case 'boolean':
      return varintOf(wire) !== 0n;
    case 'int32':
    case 'int64':
      return Number(varintOf(wire));
    case 'number':
      return wire.kind === 'fixed' ? wire.value : Number(varintOf(wire));
    case 'string':
      return bytesOf(wire).toString();
    case 'bytes':
      return bytesOf(wire).toString('base64');
    case 'time':
    case 'microTime':
      return timeOf(bytesOf(wire), scalar);
    case 'quantity':
      return textField(bytesOf(wire), 1);
    case 'intOrString':
      return intOrString(bytesOf(wire));
  }
}

function timeOf(message: Buffer, scalar: 'time' | 'microTime'): string | null {
  let [seconds, nanos] = [0n, 0n];
  let isSet = false;
  for (const wire of readFields(message)) {
    if (wire.number === 1) seconds = varintOf(wire);
    if (wire.number === 2) nanos = varintOf(wire);
    isSet = true;
  }
  if (!isSet) return null;
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  const micros = String(nanos / 1_000n).padStart(6, '0');
  return scalar === 'time' ? `${whole}Z` : `${whole}.${micros}Z`;
}

function intOrString(message: Buffer): string | number {
  let [isText, number, text] = [false, 0, ''];
  for (const wire of readFields(message)) {
    if (wire.number === 1) isText = varintOf(wire) === 1n;
    if (wire.number === 2) number = Number(varintOf(wire));
    if (wire.number === 3) text = bytesOf(wire).toString();
  }
  return isText ? text : number;
}

function textField(message: Buffer, number: number): string {
  for (const wire of readFields(message)) if (wire.number === number) return bytesOf(wire).toString();
  return '';
}

/** Free-form parts travel as JSON inside a message. */
function embeddedJson(message: Buffer): unknown {
  const text = textField(message, 1);
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) throw new WireError('embedded data is no JSON', { cause: error });
    throw error;
  }
}

function bytesOf(wire: WireValue): Buffer {
  if (wire.kind !== 'bytes') throw new WireError(`field ${wire.number} is no message, text or bytes`);
  return wire.value;
}

function varintOf(wire: WireValue): bigint {
  if (wire.kind !== 'varint') throw new WireError(`field ${wire.number} is no integer`);
  return wire.value;
}
