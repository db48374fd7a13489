import type { DiscoveredResource, Discovery } from '../../lib/core/discovered-resource.ts';
import type { InvolvedObject } from '../../lib/core/kubernetes-event.ts';

export type InvolvedResources = {
  /** Plural of the object's kind, from memory; an unknown kind makes discovery be asked again soon. */
  readonly lookUp: (involved: Pick<InvolvedObject, 'group' | 'kind'>) => string | undefined;
  /** Asks discovery now. @throws what `discover` throws */
  readonly refresh: () => Promise<void>;
};

/** A kind that does not exist stays unknown for ever, and events about it may come by the hundred. */
const refreshAtMostEveryMs = 10_000;

/**
 * Knows the plural of every kind. Never waits: an event must not be held up by discovery, and the plural only
 * saves readers a look-up.
 */
export function createInvolvedResources(options: {
  readonly discover: () => Promise<Discovery>;
  readonly nowMs: () => number;
  readonly onError: (error: unknown) => void;
}): InvolvedResources {
  let known: ReadonlyMap<string, string> = new Map();
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let refreshing = false;

  const refresh = async () => {
    known = indexOf((await options.discover()).resources);
  };
  const refreshSoon = () => {
    if (refreshing || options.nowMs() - refreshedAtMs < refreshAtMostEveryMs) return;
    refreshing = true;
    refreshedAtMs = options.nowMs();
    refresh()
      .catch(options.onError)
      .finally(() => {
        refreshing = false;
      });
  };

  return {
    lookUp: ({ group, kind }) => {
      if (kind === '') return undefined;
      const plural = known.get(`${group}/${kind}`);
      if (plural === undefined) refreshSoon();
      return plural;
    },
    refresh,
  };
}

/**
 * By group and kind: events name the version that their controller knows, which need not be served any more.
 * The first resource of a kind counts, as elsewhere in discovery.
 */
function indexOf(resources: readonly DiscoveredResource[]): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (const { group, kind, resource } of resources) {
    const key = `${group}/${kind}`;
    if (!index.has(key)) index.set(key, resource);
  }
  return index;
}
