/** One field of a message as it is on the wire. */
export type WireValue =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed'; readonly value: number }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Buffer };

/** Bytes that are no protobuf message. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Fields of a message, in their order. @throws WireError for other bytes */
export function* readFields(bytes: Buffer): Generator<WireValue, void, undefined> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new WireError('unexpected EOF');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new WireError('integer overflow');
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new WireError('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, kind: 'varint', value: BigInt.asIntN(64, varint()) };
        break;
      case 1:
        yield { number, kind: 'fixed', value: take(8).readDoubleLE() };
        break;
      case 2:
        yield { number, kind: 'bytes', value: take(Number(varint())) };
        break;
      case 5:
        yield { number, kind: 'fixed', value: take(4).readFloatLE() };
        break;
      default:
        throw new WireError(`illegal wire type ${tag & 7n} of field ${number}`);
    }
  }
}
