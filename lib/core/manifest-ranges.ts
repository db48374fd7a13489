import { compareBytes } from './compare-bytes.ts';
import type { ManifestEntry, ObjectKey } from './resource-manifest.ts';

/** One manifest's share of a list: the entries with a key in `(from, to]`; a missing end is open. */
export type ManifestRange = {
  readonly from?: ObjectKey;
  readonly to?: ObjectKey;
  readonly entries: readonly ManifestEntry[];
};

export type ManifestLimits = {
  readonly maxEntries: number;
  /** Of the entries as JSON. */
  readonly maxBytes: number;
};

/**
 * 2,000 entries are about 250 KB with common names and 800 KB where every name has its 253 characters; the byte
 * limit keeps the whole event under 1 MiB in any case, headers included.
 */
export const defaultManifestLimits: ManifestLimits = { maxEntries: 2_000, maxBytes: 900_000 };

/**
 * Cuts a whole list into ranges that cover every possible key exactly once and are open at both ends, also
 * for an empty list. Entries may come in any order: API servers list by the bytes of `namespace/name`, which
 * puts namespace `a-b` before `a`, so a page of a list is no range of `(namespace, name)`.
 */
export function* manifestRanges(
  entries: readonly ManifestEntry[],
  limits: ManifestLimits = defaultManifestLimits,
): Generator<ManifestRange> {
  const sorted = entries.toSorted(compareEntries);
  let from: ObjectKey | undefined;
  let start = 0;
  let bytes = 0;
  for (const [index, entry] of sorted.entries()) {
    const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
    const previous = sorted[index - 1];
    const full = index - start >= limits.maxEntries || bytes + entryBytes > limits.maxBytes;
    // Two objects under one key (one replaced the other during an inconsistent list) stay in one range.
    if (full && previous !== undefined && index > start && compareEntries(previous, entry) !== 0) {
      const to = { namespace: previous[0], name: previous[1] };
      yield { ...(from && { from }), to, entries: sorted.slice(start, index) };
      from = to;
      start = index;
      bytes = 0;
    }
    bytes += entryBytes;
  }
  yield { ...(from && { from }), entries: sorted.slice(start) };
}

function compareEntries(a: ManifestEntry, b: ManifestEntry): number {
  return compareBytes(a[0], b[0]) || compareBytes(a[1], b[1]);
}
