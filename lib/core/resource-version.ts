/**
 * Order of two resourceVersions of one resource type in one cluster (KEP-5504): decimal digits without a
 * leading zero compare by length, then by text, up to 128 bits, so never as a JavaScript number.
 * `undefined` where either has another form: such versions only compare for equality.
 */
export function compareResourceVersions(a: string, b: string): -1 | 0 | 1 | undefined {
  if (a === b) return 0;
  if (!isComparableResourceVersion(a) || !isComparableResourceVersion(b)) return undefined;
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return a < b ? -1 : 1;
}

/** True for a decimal resourceVersion without a leading zero of at most 39 digits (2^128 has 39). */
export function isComparableResourceVersion(version: string): boolean {
  return /^[1-9][0-9]{0,38}$/.test(version);
}
