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
 * for an empty list. Reads the entries as it goes: a hundred thousand of them are never there at once.
 * @param sorted in the order of `compareManifestKeys`; API servers list by the bytes of `namespace/name`, which
 * puts namespace `a-b` before `a`, so a page of a list is no range of `(namespace, name)`
 */
export function* manifestRanges(
  sorted: Iterable<ManifestEntry>,
  limits: ManifestLimits = defaultManifestLimits,
): Generator<ManifestRange> {
  let from: ObjectKey | undefined;
  let entries: ManifestEntry[] = [];
  let bytes = 0;
  for (const entry of sorted) {
    const last = entries.at(-1);
    // Out of order, a range would lack what it covers, and whoever compares would delete it.
    if (last !== undefined && compareManifestKeys(last, entry) > 0) {
      throw new RangeError(
        `Cannot cut manifests: "${entry[1]}" comes after "${last[1]}", expected key order`,
      );
    }
    const entryBytes = bytesOf(entry);
    const isFull = entries.length >= limits.maxEntries || bytes + entryBytes > limits.maxBytes;
    // Two objects under one key (one replaced the other during an inconsistent list) stay in one range.
    if (isFull && last !== undefined && compareManifestKeys(last, entry) !== 0) {
      const to = { namespace: last[0], name: last[1] };
      yield { ...(from && { from }), to, entries };
      from = to;
      entries = [];
      bytes = 0;
    }
    entries.push(entry);
    bytes += entryBytes;
  }
  yield { ...(from && { from }), entries };
}

/** Order of manifests: namespace, then name, each by its bytes. */
export function compareManifestKeys(a: ManifestEntry, b: ManifestEntry): number {
  return compareBytes(a[0], b[0]) || compareBytes(a[1], b[1]);
}

/** Of the entry as JSON with its comma; names that need escapes are measured, which next to none do. */
function bytesOf(entry: ManifestEntry): number {
  let bytes = 14;
  for (const part of entry) {
    bytes += /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(part)
      ? part.length
      : Buffer.byteLength(JSON.stringify(part)) - 2;
  }
  return bytes;
}
