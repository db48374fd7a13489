import type { WatchTarget } from '../../lib/core/watch-target.ts';
import type { WantedIdentity } from './wanted-queue.ts';

/** Only what we follow is fetched: an event must not make us read anything else. */
export function groupByTarget(
  targets: ReadonlyMap<string, WatchTarget> | undefined,
  resource: string,
  identities: readonly WantedIdentity[],
): ReadonlyMap<WatchTarget, WantedIdentity[]> {
  const found = new Map<WatchTarget, WantedIdentity[]>();
  for (const identity of identities) {
    const target = targets?.get(`${resource}/`) ?? targets?.get(`${resource}/${identity.namespace}`);
    if (target === undefined) continue;
    const own = found.get(target) ?? [];
    own.push(identity);
    found.set(target, own);
  }
  return found;
}
