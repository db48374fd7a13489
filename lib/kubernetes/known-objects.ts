import { compareBytes } from '../core/compare-bytes.ts';
import type { ObjectIdentity } from '../core/resource-event.ts';
import type { ManifestEntry } from '../core/resource-manifest.ts';
import { createPackedIdentities } from './packed-identities.ts';

/** One object's uid and version as they were passed on. */
export type KnownEntry = { readonly uid: string; readonly resourceVersion: string };

/** Where an object is kept; good until it is removed. */
type Slot = number;

/**
 * What a reflector has passed on, by place: about 150 bytes per object. Lists mark what they see with their
 * epoch, so that what was deleted in a gap is what a finished list has not marked.
 */
export type KnownObjects = {
  readonly size: () => number;
  readonly get: (namespace: string, name: string) => KnownEntry | undefined;
  /** Without reading what is there: `hasUid` and `entry` do. */
  readonly find: (namespace: string, name: string) => Slot | undefined;
  readonly hasUid: (slot: Slot, uid: string) => boolean;
  readonly entry: (slot: Slot) => KnownEntry;
  readonly resourceVersion: (slot: Slot) => string;
  /** @param slot what `find` returned for the same place: saves looking it up again */
  readonly set: (object: ObjectIdentity, slot: Slot | undefined) => void;
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
  const byPlace = new Map<string, Slot>();
  const identities = createPackedIdentities();
  let epoch = 0;
  const entry = (slot: Slot): KnownEntry => ({
    uid: identities.uid(slot),
    resourceVersion: identities.resourceVersion(slot),
  });
  const forget = (place: string, slot: Slot): void => {
    byPlace.delete(place);
    identities.free(slot);
  };
  return {
    size: () => byPlace.size,
    get: (namespace, name) => {
      const slot = byPlace.get(placeOf(namespace, name));
      return slot === undefined ? undefined : entry(slot);
    },
    find: (namespace, name) => byPlace.get(placeOf(namespace, name)),
    hasUid: identities.hasUid,
    entry,
    resourceVersion: identities.resourceVersion,
    set: ({ namespace, name, uid, resourceVersion }, known) => {
      const slot = known ?? identities.add(uid, resourceVersion);
      if (known === undefined) byPlace.set(placeOf(namespace, name), slot);
      else identities.replace(slot, uid, resourceVersion);
      identities.setMark(slot, epoch);
    },
    remove: (namespace, name) => {
      const place = placeOf(namespace, name);
      const slot = byPlace.get(place);
      if (slot !== undefined) forget(place, slot);
    },
    beginList: () => {
      epoch += 1;
    },
    finishList: () => {
      const missing: ObjectIdentity[] = [];
      for (const [place, slot] of byPlace) {
        if (identities.mark(slot) === epoch) continue;
        missing.push({ ...partsOf(place), ...entry(slot) });
        forget(place, slot);
      }
      return missing;
    },
    sortedEntries: function* () {
      for (const place of [...byPlace.keys()].sort(compareBytes)) {
        const slot = byPlace.get(place);
        if (slot === undefined) continue;
        const { namespace, name } = partsOf(place);
        yield [namespace, name, identities.uid(slot), identities.resourceVersion(slot)];
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
