/** What a SelfSubjectAccessReview asks, as far as it is about resources. */
export type ReviewedAttributes = Readonly<
  Partial<Record<'namespace' | 'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'name', string>>
>;

/** How Kubernetes marks its protobuf messages, before an envelope with the type and the message itself. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** Fields of ResourceAttributes by their numbers in the API's generated protobuf. */
const attributeNames = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'] as const;

/**
 * The resource attributes of a SelfSubjectAccessReview in protobuf, which `kubectl auth can-i` sends; `undefined`
 * for bytes that are no such message or ask about a URL.
 */
export function decodeAccessReview(bytes: Uint8Array): ReviewedAttributes | undefined {
  const message = Buffer.from(bytes);
  if (!message.subarray(0, magic.length).equals(magic)) return undefined;
  const envelope = fieldsOf(message.subarray(magic.length));
  const review = envelope === undefined ? undefined : fieldsOf(envelope.get(2));
  const spec = review === undefined ? undefined : fieldsOf(review.get(2));
  const attributes = spec?.has(1) === true ? fieldsOf(spec.get(1)) : undefined;
  if (attributes === undefined) return undefined;
  return Object.fromEntries(
    attributeNames.flatMap((name, index) => {
      const value = attributes.get(index + 1);
      return value === undefined ? [] : [[name, value.toString('utf8')]];
    }),
  );
}

/** Length-delimited fields by number, the last of each; `undefined` for what is no message. */
function fieldsOf(message: Buffer | undefined): Map<number, Buffer> | undefined {
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
