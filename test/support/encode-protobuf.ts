/** A field of a message: integers and flags become varints; text, bytes and messages become bytes. */
export type ProtobufField = readonly [
  number: number,
  value: number | bigint | boolean | string | Buffer | { readonly double: number },
];

/** A protobuf message of these fields, in this order; negative integers have ten bytes, as on the wire. */
export function encodeProtobuf(...fields: readonly ProtobufField[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'object' && 'double' in value) {
        const double = Buffer.alloc(8);
        double.writeDoubleLE(value.double);
        return Buffer.concat([varint((number << 3) | 1), double]);
      }
      if (typeof value !== 'string' && !Buffer.isBuffer(value)) {
        return Buffer.concat([varint(number << 3), varint(BigInt(value))]);
      }
      const bytes = Buffer.from(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
