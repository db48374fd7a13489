import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from './compare-bytes.ts';
import {
  compareManifestKeys,
  defaultManifestLimits,
  type ManifestLimits,
  type ManifestRange,
  manifestRanges,
} from './manifest-ranges.ts';
import { createPackedEntries } from './packed-entries.ts';
import type { ManifestEntry, ObjectKey } from './resource-manifest.ts';

const part = fc.oneof(
  fc.stringMatching(/^[a-c.-]{1,4}$/),
  fc.constantFrom('a', 'a-b', 'a.b', 'z\u{1f600}', 'z\uffee', 'Ä'),
);
const keys = fc.uniqueArray(fc.record({ namespace: fc.oneof(fc.constant(''), part), name: part }), {
  selector: ({ namespace, name }) => `${namespace}/${name}`,
  maxLength: 60,
});

describe('manifestRanges()', () => {
  it('cover every possible key exactly once, whatever the order of the list', () => {
    fc.assert(
      fc.property(keys, keys, fc.integer({ min: 1, max: 7 }), (listed, probes, maxEntries) => {
        const cut = ranges(listed.map(toEntry), { maxEntries, maxBytes: 1_000_000 });
        for (const key of [...listed, ...probes]) {
          expect(cut.filter((range) => holds(range, key))).toHaveLength(1);
        }
      }),
    );
  });

  it('hold each listed object in the range that its key belongs to', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 7 }), (listed, maxEntries) => {
        const cut = ranges(listed.map(toEntry), { maxEntries, maxBytes: 1_000_000 });
        const found = cut.flatMap((range) => range.entries.filter((entry) => holds(range, toKey(entry))));
        expect(found.map((entry) => entry[2]).toSorted()).toEqual(
          listed.map((key) => toEntry(key)[2]).toSorted(),
        );
        expect(cut.every((range) => range.entries.length <= maxEntries)).toBe(true);
      }),
    );
  });

  it('stay under the byte limit, one entry that breaks it alone excepted', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 30, max: 400 }), (listed, maxBytes) => {
        for (const { entries } of ranges(listed.map(toEntry), { maxEntries: 1_000, maxBytes })) {
          const bytes = Buffer.byteLength(JSON.stringify(entries));
          expect(entries.length === 1 || bytes <= maxBytes + 2).toBe(true);
        }
      }),
    );
  });

  it('is one range without ends for an empty list', () => {
    expect(ranges([])).toEqual([{ entries: [] }]);
  });

  it('keeps namespace "a" before "a-b", although the API server lists "a-b/x" before "a/x"', () => {
    const cut = ranges([toEntry({ namespace: 'a-b', name: 'x' }), toEntry({ namespace: 'a', name: 'x' })], {
      maxEntries: 1,
      maxBytes: 1_000,
    });
    expect(cut.map((range) => range.entries[0]?.[0])).toEqual(['a', 'a-b']);
    expect(cut[0]?.to).toEqual({ namespace: 'a', name: 'x' });
  });

  it('keeps two objects of one key in one range', () => {
    const twins: ManifestEntry[] = [
      ['n', 'x', 'uid-1', '5'],
      ['n', 'x', 'uid-2', '9'],
    ];
    expect(ranges(twins, { maxEntries: 1, maxBytes: 10 })).toHaveLength(1);
  });
});

describe('createPackedEntries()', () => {
  it('gives back every entry in the order of manifests', () => {
    fc.assert(
      fc.property(keys, (listed) => {
        const packed = createPackedEntries();
        for (const key of listed) packed.add(...toEntry(key));
        expect(packed.size()).toBe(listed.length);
        expect([...packed.sorted()]).toEqual(listed.map(toEntry).toSorted(compareManifestKeys));
      }),
    );
  });

  it('refuses entries out of order rather than let what they hide be deleted', () => {
    const unsorted: ManifestEntry[] = [
      ['a', 'b', 'u1', '1'],
      ['a', 'a', 'u2', '1'],
    ];
    expect(() => [...manifestRanges(unsorted)]).toThrow('expected key order');
  });
});

describe('compareBytes()', () => {
  it('orders as UTF-8 bytes do', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(compareBytes(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

function ranges(
  listed: readonly ManifestEntry[],
  limits: ManifestLimits = defaultManifestLimits,
): ManifestRange[] {
  return [...manifestRanges(listed.toSorted(compareManifestKeys), limits)];
}

function toEntry(key: ObjectKey): ManifestEntry {
  return [key.namespace, key.name, `uid-of-${key.namespace}/${key.name}`, '12'];
}

function toKey(entry: ManifestEntry): ObjectKey {
  return { namespace: entry[0], name: entry[1] };
}

function holds(range: ManifestRange, key: ObjectKey): boolean {
  return (
    (range.from === undefined || order(key, range.from) > 0) &&
    (range.to === undefined || order(key, range.to) <= 0)
  );
}

function order(a: ObjectKey, b: ObjectKey): number {
  return compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name);
}
