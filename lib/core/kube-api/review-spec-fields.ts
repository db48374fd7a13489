import { protobufFields } from './protobuf-fields.ts';

/** How Kubernetes marks its protobuf messages, before an envelope with the type and the message itself. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** The fields of `spec` in a review in protobuf, as kubectl sends them; `undefined` for what is no such message. */
export function reviewSpecFields(bytes: Uint8Array): Map<number, Buffer> | undefined {
  const message = Buffer.from(bytes);
  if (!message.subarray(0, magic.length).equals(magic)) return undefined;
  const envelope = protobufFields(message.subarray(magic.length));
  const review = protobufFields(envelope?.get(2));
  return protobufFields(review?.get(2));
}
