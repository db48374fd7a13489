import { wireBytes } from './wire-bytes.ts';
import { wireInteger } from './wire-integer.ts';
import { readFields, type WireValue } from './wire-reader.ts';

/** What the fields of a union are, by their numbers. */
type SchemaUnion = Readonly<Record<number, 'schema' | 'schemas' | 'names' | 'allowed'>>;

const schemaOrAllowed: SchemaUnion = { 1: 'allowed', 2: 'schema' };

/**
 * Fields of custom resource definitions that are one thing or another in JSON, and a message with a field for
 * each of them on the wire; by type and name.
 */
export const schemaUnions: Readonly<Record<string, Readonly<Record<string, SchemaUnion>>>> = {
  'apiextensions.v1.JSONSchemaProps': {
    items: { 1: 'schema', 2: 'schemas' },
    additionalItems: schemaOrAllowed,
    additionalProperties: schemaOrAllowed,
    dependencies: { 1: 'schema', 2: 'names' },
  },
  // Has no fields: it is there or not.
  'apiextensions.v1.CustomResourceSubresources': { status: {} },
};

/**
 * What JSON shows of a union: its list if that has items, else its schema, else whether any value is allowed,
 * else an empty object.
 * @param decodeSchema reads a schema inside the union
 * @throws WireError for bytes that are no such message
 */
export function decodeSchemaUnion(
  wire: WireValue,
  union: SchemaUnion,
  decodeSchema: (message: Buffer) => unknown,
): unknown {
  const list: unknown[] = [];
  let one: unknown;
  let allowed: boolean | undefined;
  for (const field of readFields(wireBytes(wire))) {
    const role = union[field.number];
    if (role === 'schema') one = decodeSchema(wireBytes(field));
    else if (role === 'schemas') list.push(decodeSchema(wireBytes(field)));
    else if (role === 'names') list.push(wireBytes(field).toString());
    else if (role === 'allowed') allowed = wireInteger(field) !== 0n;
  }
  return list.length > 0 ? list : (one ?? allowed ?? {});
}
