/** What a request expects of the generation that it changes. */
export type IfMatch =
  /** No header: the last writer wins, as in the seed. */
  | { readonly kind: 'any' }
  | { readonly kind: 'generations'; readonly generations: readonly number[] }
  | { readonly kind: 'invalid' };

/** The entity tag of one generation. A strong one: it names the content, and what became of it is not part of that. */
export function entityTag(generation: number): string {
  return `"${generation}"`;
}

/**
 * Reads `If-Match` (RFC 9110, 13.1.1): `*`, or a list of entity tags. Tags that are not ours, and weak ones, match
 * nothing.
 */
export function parseIfMatch(header: string | null): IfMatch {
  const text = header?.trim() ?? '';
  if (text === '' || text === '*') return { kind: 'any' };
  const tag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;
  const generations: number[] = [];
  for (const part of text.split(',').map((member) => member.trim())) {
    const [, weak, value] = tag.exec(part) ?? [];
    if (value === undefined) return { kind: 'invalid' };
    if (weak === undefined && /^\d{1,15}$/.test(value)) generations.push(Number(value));
  }
  return { kind: 'generations', generations };
}
