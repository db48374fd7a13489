/** Length-delimited fields by number, the last of each; `undefined` for what is no protobuf message. */
export function protobufFields(message: Buffer | undefined): Map<number, Buffer> | undefined {
  if (message === undefined) return undefined;
  const fields = new Map<number, Buffer>();
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    if (tag === undefined) return undefined;
    at = tag.next;
    const value = varint(message, at);
    if (value === undefined) return undefined;
    at = value.next;
    const wireType = tag.value & 7;
    if (wireType === 0) continue;
    if (wireType !== 2 || at + value.value > message.length) return undefined;
    fields.set(tag.value >>> 3, message.subarray(at, at + value.value));
    at += value.value;
  }
  return fields;
}

/** A base 128 number of at most 28 bits: nothing here is longer. */
function varint(bytes: Buffer, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  return undefined;
}
