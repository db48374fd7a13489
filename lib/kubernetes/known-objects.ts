import { compareBytes } from '../core/compare-bytes.ts';
import type { ObjectIdentity } from '../core/resource-event.ts';
import type { ManifestEntry } from '../core/resource-manifest.ts';

/** One object's uid and version as they were passed on; change it only through `KnownObjects`. */
export type KnownEntry = { uid: string; resourceVersion: string; epoch: number };

/**
 * What a reflector has passed on, by place: about 200 bytes per object. Lists mark what they see with their
 * epoch, so that what was deleted in a gap is what a finished list has not marked.
 */
export type KnownObjects = {
  readonly size: () => number;
  readonly get: (namespace: string, name: string) => Readonly<KnownEntry> | undefined;
  /** @param entry what `get` returned for the same place: saves looking it up again */
  readonly set: (object: ObjectIdentity, entry: Readonly<KnownEntry> | undefined) => void;
  readonly remove: (namespace: string, name: string) => void;
  /** Begins a list; a list that was begun before and not finished no longer counts. */
  readonly beginList: () => void;
  /** Forgets and returns what the list that was begun last has not set. */
  readonly finishList: () => readonly ObjectIdentity[];
  /** In the order of manifests, made as they are read. */
  readonly sortedEntries: () => Iterable<ManifestEntry>;
};

export function createKnownObjects(): KnownObjects {
  // One flat string as key, and no nested maps: half the memory for many small namespaces.
  const byPlace = new Map<string, KnownEntry>();
  let epoch = 0;
  return {
    size: () => byPlace.size,
    get: (namespace, name) => byPlace.get(placeOf(namespace, name)),
    set: ({ namespace, name, uid, resourceVersion }, entry: KnownEntry | undefined) => {
      if (entry === undefined) {
        byPlace.set(placeOf(namespace, name), { uid, resourceVersion, epoch });
        return;
      }
      // Same uid in nearly all cases: the string that is kept is old and need not be moved by the collector.
      if (entry.uid !== uid) entry.uid = uid;
      entry.resourceVersion = resourceVersion;
      entry.epoch = epoch;
    },
    remove: (namespace, name) => {
      byPlace.delete(placeOf(namespace, name));
    },
    beginList: () => {
      epoch += 1;
    },
    finishList: () => {
      const missing: ObjectIdentity[] = [];
      for (const [place, entry] of byPlace) {
        if (entry.epoch === epoch) continue;
        byPlace.delete(place);
        missing.push({ ...partsOf(place), uid: entry.uid, resourceVersion: entry.resourceVersion });
      }
      return missing;
    },
    sortedEntries: function* () {
      for (const place of [...byPlace.keys()].sort(compareBytes)) {
        const entry = byPlace.get(place);
        const { namespace, name } = partsOf(place);
        if (entry !== undefined) yield [namespace, name, entry.uid, entry.resourceVersion];
      }
    },
  };
}

/** With a zero byte between, the order of places is the order of (namespace, name). */
function placeOf(namespace: string, name: string): string {
  return `${namespace}\0${name}`;
}

function partsOf(place: string): { namespace: string; name: string } {
  const end = place.indexOf('\0');
  return { namespace: place.slice(0, end), name: place.slice(end + 1) };
}
