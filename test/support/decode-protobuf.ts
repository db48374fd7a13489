/** A field as it stands on the wire: varints and fixed64 are bigints, all with a length are bytes. */
export type WireValue = bigint | Buffer;

/** A message's fields by number, each with its values in order. */
export type WireMessage = {
  readonly numbers: (field: number) => readonly bigint[];
  readonly bytes: (field: number) => readonly Buffer[];
  readonly texts: (field: number) => readonly string[];
  readonly messages: (field: number) => readonly WireMessage[];
  /** Fixed64 fields read as doubles. */
  readonly doubles: (field: number) => readonly number[];
};

/**
 * Reads a protobuf message without its schema.
 * @throws RangeError for anything that is cut off, has a group or a wire type that does not exist
 */
export function decodeProtobuf(buffer: Buffer): WireMessage {
  const fields = new Map<number, WireValue[]>();
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = buffer.readUInt8(offset);
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('Cannot read a varint: longer than 10 bytes');
  };
  const take = (length: number): Buffer => {
    if (offset + length > buffer.length) throw new RangeError('Cannot read a field: the message is cut off');
    offset += length;
    return buffer.subarray(offset - length, offset);
  };
  const read = (wireType: number): WireValue => {
    switch (wireType) {
      case 0:
        return varint();
      case 1:
        return take(8).readBigUInt64LE();
      case 2:
        return take(Number(varint()));
      case 5:
        return BigInt(take(4).readUInt32LE());
      default:
        throw new RangeError(`Cannot read a field: wire type ${wireType}, expected 0, 1, 2 or 5`);
    }
  };
  while (offset < buffer.length) {
    const tag = Number(varint());
    const field = tag >>> 3;
    const value = read(tag & 7);
    const known = fields.get(field);
    if (known === undefined) fields.set(field, [value]);
    else known.push(value);
  }
  const bytes = (field: number) => (fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
  const numbers = (field: number) => (fields.get(field) ?? []).filter((value) => typeof value === 'bigint');
  return {
    numbers,
    bytes,
    texts: (field) => bytes(field).map((value) => value.toString('utf8')),
    messages: (field) => bytes(field).map(decodeProtobuf),
    doubles: (field) => numbers(field).map(toDouble),
  };
}

/** The values of a packed repeated field of eight bytes each. */
export function packedFixed64(bytes: Buffer): bigint[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readBigUInt64LE(index * 8));
}

export function toDouble(bits: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes.readDoubleLE();
}
