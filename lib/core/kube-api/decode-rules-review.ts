import { reviewSpecFields } from './review-spec-fields.ts';

/**
 * The namespace that a SelfSubjectRulesReview in protobuf asks about, which `kubectl auth can-i --list` sends;
 * `undefined` for bytes that are no such message.
 */
export function decodeRulesReview(bytes: Uint8Array): { readonly namespace: string } | undefined {
  const spec = reviewSpecFields(bytes);
  return spec === undefined ? undefined : { namespace: spec.get(1)?.toString('utf8') ?? '' };
}
