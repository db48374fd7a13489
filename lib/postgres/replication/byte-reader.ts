/**
 * Reads the fields of one message in order. Every read checks its bounds, so a broken length ends in a
 * RangeError and never in bytes of a neighbouring message, which share the buffer.
 */
export type ByteReader = {
  readonly uint8: () => number;
  readonly int16: () => number;
  readonly uint32: () => number;
  readonly int32: () => number;
  readonly uint64: () => bigint;
  /** UTF-8 up to the next zero byte. */
  readonly text: () => string;
  /** UTF-8 of that many bytes. */
  readonly textOf: (byteLength: number) => string;
  readonly remaining: () => number;
};

export function createByteReader(buffer: Buffer, start = 0): ByteReader {
  let offset = start;
  const take = (byteLength: number): number => {
    const from = offset;
    if (byteLength < 0 || from + byteLength > buffer.length) {
      throw new RangeError(
        `Cannot read message: ${byteLength} bytes at ${from}, expected at most ${buffer.length - from}`,
      );
    }
    offset += byteLength;
    return from;
  };
  return {
    uint8: () => buffer[take(1)] ?? 0,
    int16: () => buffer.readInt16BE(take(2)),
    uint32: () => buffer.readUInt32BE(take(4)),
    int32: () => buffer.readInt32BE(take(4)),
    uint64: () => buffer.readBigUInt64BE(take(8)),
    text: () => {
      const end = buffer.indexOf(0, offset);
      if (end === -1) throw new RangeError(`Cannot read message: no end of the text at ${offset}`);
      const text = buffer.toString('utf8', offset, end);
      offset = end + 1;
      return text;
    },
    textOf: (byteLength) => {
      const from = take(byteLength);
      return buffer.toString('utf8', from, from + byteLength);
    },
    remaining: () => buffer.length - offset,
  };
}
