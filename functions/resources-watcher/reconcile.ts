import { manifestRanges } from '../../lib/core/manifest-ranges.ts';
import { createPackedEntries, type PackedEntries } from '../../lib/core/packed-entries.ts';
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
    let missedByWatch = 0;
    const judged = judge(entries.sorted(), resourceVersion, reflector, () => {
      missedByWatch += 1;
    });
    for (const range of manifestRanges(judged)) {
      await options.emit(target, { kind: 'manifest', range, index, listResourceVersion: resourceVersion });
      index += 1;
    }
    return {
      kind: 'reconciled',
      count: entries.size(),
      missedByWatch,
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
      readonly entries: PackedEntries;
      readonly resourceVersion: string;
    }
  | Exclude<ListOutcome, { kind: 'listed' }>
> {
  const entries = createPackedEntries();
  const outcome = await listPages(
    { ...options, kind: target.kind, namespace: target.namespace, content: 'metadata', pageLimit },
    (page) => {
      for (const { metadata } of page.items) {
        const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
        entries.add(namespace, name, uid, resourceVersion);
      }
    },
  );
  if (outcome.kind !== 'listed') return outcome;
  return { kind: 'identities', entries, resourceVersion: outcome.resourceVersion };
}

/** Counts only where the watch has passed the list's version: before, it may simply not have come yet. */
function* judge(
  entries: Iterable<ManifestEntry>,
  listResourceVersion: string,
  reflector: Pick<Reflector, 'known' | 'status'>,
  onMissed: () => void,
): Generator<ManifestEntry> {
  const { synced, resourceVersion } = reflector.status();
  const passed = compareResourceVersions(resourceVersion ?? '', listResourceVersion);
  const hasPassed = synced && passed !== undefined && passed >= 0;
  for (const entry of entries) {
    yield entry;
    if (!hasPassed) continue;
    const [namespace, name, uid, version] = entry;
    const known = reflector.known.get(namespace, name);
    if (known?.uid === uid && compareResourceVersions(known.resourceVersion, version) === -1) onMissed();
  }
}
