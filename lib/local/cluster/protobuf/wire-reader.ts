/** One field of a message as it is on the wire. */
export type WireValue =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed'; readonly value: number }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Buffer };

/** Bytes that are no protobuf message; messages are those of the API server where it has some. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Field numbers have 29 bits. */
const maxFieldNumber = 0x1fff_ffff;

/**
 * Fields of a message, in their order; groups, which Kubernetes does not use, are skipped. Reads nothing twice,
 * so its work is bounded by the length of the bytes.
 * @throws WireError for other bytes
 */
export function* readFields(bytes: Buffer): Generator<WireValue, void, undefined> {
  const cursor = new Cursor(bytes);
  while (!cursor.atEnd) {
    const { number, wireType } = cursor.tag();
    switch (wireType) {
      case 0:
        yield { number, kind: 'varint', value: BigInt.asIntN(64, cursor.varint()) };
        break;
      case 1:
        yield { number, kind: 'fixed', value: cursor.take(8).readDoubleLE() };
        break;
      case 2:
        yield { number, kind: 'bytes', value: cursor.take(Number(cursor.varint())) };
        break;
      case 3:
        skipGroup(cursor);
        break;
      case 5:
        yield { number, kind: 'fixed', value: cursor.take(4).readFloatLE() };
        break;
      default:
        throw new WireError(`proto: illegal wireType ${wireType}`);
    }
  }
}

/** Integers of a list that is packed into one field. @throws WireError for other bytes */
export function* readPacked(bytes: Buffer): Generator<bigint, void, undefined> {
  const cursor = new Cursor(bytes);
  while (!cursor.atEnd) yield BigInt.asIntN(64, cursor.varint());
}

function skipGroup(cursor: Cursor): void {
  for (let depth = 1; depth > 0; ) {
    const { wireType } = cursor.tag();
    if (wireType === 0) cursor.varint();
    else if (wireType === 1) cursor.take(8);
    else if (wireType === 2) cursor.take(Number(cursor.varint()));
    else if (wireType === 3) depth += 1;
    else if (wireType === 4) depth -= 1;
    else if (wireType === 5) cursor.take(4);
    else throw new WireError(`proto: illegal wireType ${wireType}`);
  }
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  tag(): { readonly number: number; readonly wireType: number } {
    const tag = this.varint();
    const [number, wireType] = [Number(tag >> 3n), Number(tag & 7n)];
    if (number < 1 || number > maxFieldNumber) {
      throw new WireError(`proto: illegal tag ${number} (wire type ${wireType})`);
    }
    return { number, wireType };
  }

  /** Unsigned, at most 64 bits. */
  varint(): bigint {
    // Numbers are much faster than BigInts, and almost every integer on the wire has at most four bytes.
    let small = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      small |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(small);
    }
    let value = BigInt(small);
    for (let shift = 28n; shift < 64n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError('proto: integer overflow');
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new WireError('unexpected EOF');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WireError('unexpected EOF');
    this.#at += 1;
    return byte;
  }
}
