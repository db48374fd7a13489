import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Change } from './change.ts';
import { ChangeQueue } from './change-queue.ts';
import { SortedKeys } from './sorted-keys.ts';
import { createStoredObject, type FieldsOf, parseStored, type StoredObject } from './stored-object.ts';

/** How far back the history reaches; whichever bound is met first. */
export type HistoryWindow = {
  readonly maxChanges: number;
  readonly maxBytes: number;
  /** As etcd's compaction interval: continue tokens, exact reads and uncached watches live that long. */
  readonly maxAgeMs: number;
};

export type ListOptions = {
  /** `''`, or `namespace/` for one namespace. */
  readonly prefix: string;
  /** First key wanted; `''` for the first of all. */
  readonly startKey: string;
  /** State to read; must lie between `compactedRevision` and `revision`. */
  readonly revision: number;
  /** 0 for no limit. */
  readonly limit: number;
  readonly matches: (object: StoredObject) => boolean;
};

export type ListPage = {
  readonly items: readonly StoredObject[];
  /** Set when something matching is left: continue after the last item. */
  readonly more: boolean;
  /** Objects behind the last item, selectors not applied. */
  readonly remaining: number;
};

type Version = { readonly revision: number; readonly object: StoredObject | undefined };

type Storage = {
  /** Of all objects that the history knows, deleted ones included. */
  readonly keys: SortedKeys;
  /** Of objects that are there now, for counting. */
  readonly liveKeys: SortedKeys;
  /** Newest version last; a deletion is a version without object. */
  readonly versions: Map<string, Version[]>;
  readonly log: ChangeQueue<Change>;
  readonly listeners: Set<(change: Change) => void>;
  /** Watches may start at or above this revision. */
  floor: number;
};

/** Above every key. */
const maxKey = '\uffff';

type HistoryEntry = Change & { readonly atMs: number };

/**
 * All objects at all revisions of the history window, under one global counter as in etcd: gaps between the
 * versions of one object are normal. Everything happens synchronously, so a write, its place in the history
 * and its delivery to watchers are one step.
 */
export class RevisionStore {
  readonly #storages = new Map<string, Storage>();
  readonly #history = new ChangeQueue<HistoryEntry>();
  readonly #window: HistoryWindow;
  readonly #nowMs: () => number;
  readonly #record: (change: Change) => void;
  readonly #everywhere = new Set<(change: Change) => void>();
  #historyBytes = 0;
  #revision = 1;
  #compacted = 0;
  #initialFloor = 1;

  constructor(options: {
    readonly window: HistoryWindow;
    readonly nowMs: () => number;
    /** Called before a change becomes visible; what it throws keeps the change from happening. */
    readonly record: (change: Change) => void;
  }) {
    this.#window = options.window;
    this.#nowMs = options.nowMs;
    this.#record = options.record;
  }

  /** The newest revision, of whatever resource. */
  get revision(): number {
    return this.#revision;
  }

  /** Exact reads and continue tokens below this are gone. */
  get compactedRevision(): number {
    return this.#compacted;
  }

  /** Watches of this resource may start at this revision or above. */
  watchFloor(storage: string): number {
    return this.#storage(storage).floor;
  }

  get(storage: string, key: string): StoredObject | undefined {
    return this.#storages.get(storage)?.versions.get(key)?.at(-1)?.object;
  }

  count(storage: string): number {
    return this.#storages.get(storage)?.liveKeys.rank(maxKey) ?? 0;
  }

  /** Writes an object at the next revision; its metadata must be complete but for the resourceVersion. */
  put(storage: string, object: KubernetesObject, fieldsOf: FieldsOf): StoredObject {
    const after = createStoredObject(object, this.#revision + 1, fieldsOf);
    const before = this.get(storage, after.key);
    this.#apply({
      revision: after.revision,
      storage,
      type: before === undefined ? 'added' : 'modified',
      before,
      after,
    });
    return after;
  }

  /**
   * Removes an object. Watchers get the last stored state at the revision of the deletion, as from etcd; an
   * update that only led to the removal, such as taking the last finalizer away, is never seen.
   */
  remove(storage: string, key: string): StoredObject {
    const before = this.get(storage, key);
    if (before === undefined) throw new Error(`Cannot remove ${storage} ${key}: it is not stored`);
    const after = createStoredObject(parseStored(before), this.#revision + 1, () => before.fields);
    this.#apply({ revision: after.revision, storage, type: 'deleted', before, after });
    return after;
  }

  list(storage: string, options: ListOptions): ListPage {
    const place = this.#storages.get(storage);
    const items: StoredObject[] = [];
    if (place === undefined) return { items, more: false, remaining: 0 };
    const start = options.startKey === '' ? options.prefix : options.startKey;
    for (const key of place.keys.from(start)) {
      if (!key.startsWith(options.prefix)) break;
      const object = versionAt(place.versions.get(key) ?? [], options.revision);
      if (object === undefined || !options.matches(object)) continue;
      if (options.limit > 0 && items.length >= options.limit) {
        return { items, more: true, remaining: this.#countFrom(place, key, options) };
      }
      items.push(object);
    }
    return { items, more: false, remaining: 0 };
  }

  /** Objects from `key` on at a revision: those of now, corrected by what has happened since. */
  #countFrom(place: Storage, key: string, { prefix, revision }: ListOptions): number {
    const end = prefix === '' ? maxKey : `${prefix.slice(0, -1)}0`;
    let count = place.liveKeys.rank(end) - place.liveKeys.rank(key);
    for (const { type, after } of place.log.after(revision)) {
      if (type === 'modified' || after.key < key || after.key >= end) continue;
      count += type === 'added' ? -1 : 1;
    }
    return count;
  }

  /** Changes of one resource above a revision that is not below its `watchFloor`. */
  changesAfter(storage: string, revision: number): readonly Change[] {
    return this.#storage(storage).log.after(revision);
  }

  /** Calls back with every further change of one resource; returns the way to end that. */
  subscribe(storage: string, listener: (change: Change) => void): () => void {
    const { listeners } = this.#storage(storage);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The same for every resource, after its own subscribers. */
  subscribeAll(listener: (change: Change) => void): () => void {
    this.#everywhere.add(listener);
    return () => this.#everywhere.delete(listener);
  }

  /** Forgets all history up to and including a revision, for every resource, also quiet ones. */
  compact(revision: number = this.#revision): void {
    while ((this.#history.first?.revision ?? Number.POSITIVE_INFINITY) <= revision) this.#evictOldest();
    this.#compacted = Math.max(this.#compacted, revision);
    this.raiseWatchFloors(revision);
  }

  /** What a restart does to watches: their floor is the new list, while exact reads go on. */
  raiseWatchFloors(revision: number = this.#revision): void {
    this.#initialFloor = Math.max(this.#initialFloor, revision);
    for (const storage of this.#storages.values()) storage.floor = Math.max(storage.floor, revision);
  }

  /** Takes over what an earlier process stored; only before the first write. */
  restore(revision: number, objects: Iterable<{ storage: string; object: StoredObject }>): void {
    for (const { storage, object } of objects) {
      const place = this.#storage(storage);
      place.keys.add(object.key);
      place.versions.set(object.key, [{ revision: object.revision, object }]);
      place.liveKeys.add(object.key);
    }
    this.#revision = Math.max(this.#revision, revision);
    this.#compacted = this.#revision;
    this.raiseWatchFloors();
  }

  /** Every live object of every resource, for snapshots. */
  *all(): Generator<{ storage: string; object: StoredObject }, void, undefined> {
    for (const [storage, place] of this.#storages) {
      for (const versions of place.versions.values()) {
        const object = versions.at(-1)?.object;
        if (object !== undefined) yield { storage, object };
      }
    }
  }

  #apply(change: Change): void {
    this.#record(change);
    const place = this.#storage(change.storage);
    const { key } = change.after;
    this.#revision = change.revision;
    const versions = place.versions.get(key);
    const version: Version = {
      revision: change.revision,
      object: change.type === 'deleted' ? undefined : change.after,
    };
    if (versions === undefined) {
      place.versions.set(key, [version]);
      place.keys.add(key);
    } else {
      versions.push(version);
    }
    if (change.type === 'added') place.liveKeys.add(key);
    if (change.type === 'deleted') place.liveKeys.remove(key);
    place.log.push(change);
    this.#history.push({ ...change, atMs: this.#nowMs() });
    this.#historyBytes += bytesHeldBy(change);
    this.#trim();
    for (const listener of [...place.listeners, ...this.#everywhere]) listener(change);
  }

  #trim(): void {
    const oldestMs = this.#nowMs() - this.#window.maxAgeMs;
    while (
      this.#history.length > this.#window.maxChanges ||
      this.#historyBytes > this.#window.maxBytes ||
      (this.#history.first?.atMs ?? oldestMs) < oldestMs
    ) {
      if (this.#history.length <= 1) return;
      this.#evictOldest();
    }
  }

  #evictOldest(): void {
    const oldest = this.#history.shift();
    if (oldest === undefined) return;
    this.#historyBytes -= bytesHeldBy(oldest);
    this.#compacted = oldest.revision;
    const place = this.#storage(oldest.storage);
    place.log.shift();
    place.floor = Math.max(place.floor, oldest.revision);
    const { key } = oldest.after;
    const versions = place.versions.get(key);
    if (versions === undefined) return;
    while (versions.length > 1 && (versions[1]?.revision ?? 0) <= oldest.revision) versions.shift();
    if (versions.length === 1 && versions[0]?.object === undefined) {
      place.versions.delete(key);
      place.keys.remove(key);
    }
  }

  #storage(name: string): Storage {
    const known = this.#storages.get(name);
    if (known !== undefined) return known;
    const created: Storage = {
      keys: new SortedKeys(),
      liveKeys: new SortedKeys(),
      versions: new Map(),
      log: new ChangeQueue(),
      listeners: new Set(),
      floor: this.#initialFloor,
    };
    this.#storages.set(name, created);
    return created;
  }
}

function versionAt(versions: readonly Version[], revision: number): StoredObject | undefined {
  for (let index = versions.length - 1; index >= 0; index -= 1) {
    const version = versions[index];
    if (version !== undefined && version.revision <= revision) return version.object;
  }
  return undefined;
}

/** Only superseded states cost memory beyond the live objects. */
function bytesHeldBy(change: Change): number {
  return (
    (change.before?.bytes.length ?? 0) + (change.type === 'deleted' ? change.after.bytes.length : 0) + 200
  );
}
