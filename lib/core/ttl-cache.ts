/** Values that are good for a while, at most `maxEntries` of them; the longest unused goes first. */
export type TtlCache<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value, ttlMs: number) => void;
  readonly delete: (key: string) => void;
  readonly clear: () => void;
};

/** @param options.now milliseconds of any steady clock */
export function createTtlCache<Value>(options: {
  readonly maxEntries: number;
  readonly now: () => number;
}): TtlCache<Value> {
  // A Map iterates in insertion order; re-inserting what was read keeps the longest unused in front.
  const entries = new Map<string, { value: Value; expiresAt: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.expiresAt <= options.now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set: (key, value, ttlMs) => {
      if (ttlMs <= 0) return;
      entries.delete(key);
      entries.set(key, { value, expiresAt: options.now() + ttlMs });
      if (entries.size <= options.maxEntries) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
