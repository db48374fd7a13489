import { manifestRanges } from '../../lib/core/manifest-ranges.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { ManifestEntry } from '../../lib/core/resource-manifest.ts';
import { compareResourceVersions } from '../../lib/core/resource-version.ts';
import type { WatchTarget } from '../../lib/core/watch-target.ts';
import { type ListOptions, type ListOutcome, listPages } from '../../lib/kubernetes/list-pages.ts';
import type { Reflector } from '../../lib/kubernetes/reflector.ts';

export type ReconcileOptions = Omit<ListOptions, 'kind' | 'namespace' | 'content' | 'pageLimit'> & {
  readonly beginList: (signal: AbortSignal) => Promise<() => void>;
  readonly emit: (target: WatchTarget, change: ReflectorChange) => void | Promise<void>;
};

export type ReconcileOutcome =
  | {
      readonly kind: 'reconciled';
      readonly count: number;
      /** Objects that the list has in an older version than the watch should have brought by then: must be 0. */
      readonly missedByWatch: number;
      readonly resourceVersion: string;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Lists identities only and emits them as manifests, with which a database finds what it lacks, holds older,
 * or holds although it is gone. Independent of the watch, so it finds the watch's own mistakes as well.
 */
export async function reconcile(
  target: WatchTarget,
  reflector: Pick<Reflector, 'known' | 'status'>,
  options: ReconcileOptions,
): Promise<ReconcileOutcome> {
  const release = await options.beginList(options.signal);
  try {
    const paged = await listIdentities(target, undefined, options);
    // Its token expired, which cannot happen to a list of one page.
    const listed = paged.kind === 'expired' ? await listIdentities(target, 0, options) : paged;
    if (listed.kind !== 'identities') return { kind: 'failed', reason: listed.kind };
    const { entries, resourceVersion } = listed;
    let index = 0;
    for (const range of manifestRanges(entries)) {
      await options.emit(target, { kind: 'manifest', range, index, listResourceVersion: resourceVersion });
      index += 1;
    }
    return {
      kind: 'reconciled',
      count: entries.length,
      missedByWatch: countMissed(entries, resourceVersion, reflector),
      resourceVersion,
    };
  } finally {
    release();
  }
}

async function listIdentities(
  target: WatchTarget,
  pageLimit: number | undefined,
  options: ReconcileOptions,
): Promise<
  | {
      readonly kind: 'identities';
      readonly entries: readonly ManifestEntry[];
      readonly resourceVersion: string;
    }
  | Exclude<ListOutcome, { kind: 'listed' }>
> {
  const entries: ManifestEntry[] = [];
  const outcome = await listPages(
    { ...options, kind: target.kind, namespace: target.namespace, content: 'metadata', pageLimit },
    (page) => {
      for (const { metadata } of page.items) {
        const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
        entries.push([namespace, name, uid, resourceVersion]);
      }
    },
  );
  if (outcome.kind !== 'listed') return outcome;
  return { kind: 'identities', entries, resourceVersion: outcome.resourceVersion };
}

/** Counts only where the watch has passed the list's version: before, it may simply not have come yet. */
function countMissed(
  entries: readonly ManifestEntry[],
  listResourceVersion: string,
  reflector: Pick<Reflector, 'known' | 'status'>,
): number {
  const { synced, resourceVersion } = reflector.status();
  if (!synced || resourceVersion === undefined) return 0;
  const passed = compareResourceVersions(resourceVersion, listResourceVersion);
  if (passed === undefined || passed < 0) return 0;
  let missed = 0;
  for (const [namespace, name, uid, version] of entries) {
    const known = reflector.known.get(namespace, name);
    if (known === undefined || known.uid !== uid) continue;
    if (compareResourceVersions(known.resourceVersion, version) === -1) missed += 1;
  }
  return missed;
}
