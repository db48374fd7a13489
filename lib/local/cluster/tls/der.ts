/** Distinguished encoding (X.690) of what an X.509 certificate is made of. */
export function derValue(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), derLength(body.length), body]);
}

export function sequence(...members: readonly Uint8Array[]): Buffer {
  return derValue(0x30, ...members);
}

export function setOf(...members: readonly Uint8Array[]): Buffer {
  return derValue(0x31, ...members);
}

/** A non-negative integer from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  const isNegative = ((significant[0] ?? 0) & 0x80) !== 0;
  return derValue(0x02, isNegative ? Uint8Array.of(0) : new Uint8Array(), significant);
}

export function boolean(value: boolean): Buffer {
  return derValue(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return derValue(0x06, Uint8Array.from(bytes));
}

export function utf8String(text: string): Buffer {
  return derValue(0x0c, Buffer.from(text));
}

export function octetString(content: Uint8Array): Buffer {
  return derValue(0x04, content);
}

export function bitString(content: Uint8Array, unusedBits = 0): Buffer {
  return derValue(0x03, Uint8Array.of(unusedBits), content);
}

/** Times after 2049 need the longer form; this one covers all that certificates here need. */
export function generalizedTime(date: Date): Buffer {
  return derValue(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

/** `[number]` around encoded members. */
export function contextTag(number: number, ...content: readonly Uint8Array[]): Buffer {
  return derValue(0xa0 | number, ...content);
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let left = length; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}
