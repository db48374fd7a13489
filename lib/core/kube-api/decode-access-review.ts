import { protobufFields } from './protobuf-fields.ts';
import { reviewSpecFields } from './review-spec-fields.ts';

/** What a SelfSubjectAccessReview asks, as far as it is about resources. */
export type ReviewedAttributes = Readonly<
  Partial<Record<'namespace' | 'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'name', string>>
>;

/** Fields of ResourceAttributes by their numbers in the API's generated protobuf. */
const attributeNames = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'] as const;

/**
 * The resource attributes of a SelfSubjectAccessReview in protobuf, which `kubectl auth can-i` sends; `undefined`
 * for bytes that are no such message or ask about a URL.
 */
export function decodeAccessReview(bytes: Uint8Array): ReviewedAttributes | undefined {
  const spec = reviewSpecFields(bytes);
  const attributes = protobufFields(spec?.get(1));
  if (attributes === undefined) return undefined;
  return Object.fromEntries(
    attributeNames.flatMap((name, index) => {
      const value = attributes.get(index + 1);
      return value === undefined ? [] : [[name, value.toString('utf8')]];
    }),
  );
}
