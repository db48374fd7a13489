import type { WantedResources } from '../../lib/core/resource-manifest.ts';

export type WantedIdentity = WantedResources['identities'][number];

export type WantedQueue = {
  /** False when there is no room: the sender should come again later. */
  readonly add: (wanted: WantedResources) => boolean;
  readonly size: () => number;
};

/**
 * Collects what databases want, by resource, and fetches it one resource after the other. What is wanted while
 * its resource is being fetched makes one further round, so that a flood of requests costs few lists.
 */
export function createWantedQueue(options: {
  readonly maxIdentities: number;
  readonly fetch: (resource: string, identities: readonly WantedIdentity[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): WantedQueue {
  const byResource = new Map<string, Map<string, WantedIdentity>>();
  let size = 0;
  let working = false;

  const work = async () => {
    if (working) return;
    working = true;
    for (let next = firstOf(byResource); next !== undefined; next = firstOf(byResource)) {
      const [resource, identities] = next;
      byResource.delete(resource);
      size -= identities.size;
      try {
        await options.fetch(resource, [...identities.values()]);
      } catch (error) {
        // What was not fetched is wanted again by the next manifest.
        options.onError(error);
      }
    }
    working = false;
  };

  return {
    add: ({ group, resource, identities }) => {
      if (size + identities.length > options.maxIdentities) return false;
      const key = `${group}/${resource}`;
      const queued = byResource.get(key) ?? new Map<string, WantedIdentity>();
      byResource.set(key, queued);
      const before = queued.size;
      for (const identity of identities) queued.set(`${identity.namespace}/${identity.name}`, identity);
      size += queued.size - before;
      void work();
      return true;
    },
    size: () => size,
  };
}

function firstOf<K, V>(map: ReadonlyMap<K, V>): readonly [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
