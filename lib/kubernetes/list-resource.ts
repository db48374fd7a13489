import { compareResourceVersions } from '../core/resource-version.ts';
import { finishList } from './finish-list.ts';
import { type ListPage, listPages } from './list-pages.ts';
import { type ListCounts, passOnListed } from './pass-on-listed.ts';
import type { ReflectorParts, ReflectorState } from './reflector-parts.ts';
import type { AttemptEnd } from './watch-decision.ts';

/** A list older than what was seen comes from a server that lags; after so many the versions went back. */
const maxStaleLists = 3;

/** Page sizes of a list that starts over because its token expired; 0 asks for all at once. */
const pageLimitsAfterExpiry = [1_000, 0] as const;

/** Lists a resource page by page and passes on what is news. */
export async function listResource(
  reflector: ReflectorParts,
  signal: AbortSignal,
): Promise<{ readonly kind: 'listed' } | AttemptEnd> {
  const { options, known, state } = reflector;
  state.phase = 'listing';
  const release = await options.gate.beginList(signal);
  try {
    const startedMs = options.nowMs();
    const content = contentOfList(reflector);
    const counts: ListCounts = { count: 0, changed: 0 };
    let isStale = false;
    known.beginList();
    const outcome = await listPages(
      { ...options, content, pageLimit: pageLimit(state), signal, beforeRequest: options.gate.pass },
      async (page) => {
        options.gate.reached();
        state.heardAtMs = options.nowMs();
        isStale ||= isBehind(page, state);
        if (!isStale) await passOnPage(reflector, page, content, counts);
      },
    );
    if (outcome.kind === 'expired') state.expiredLists += 1;
    if (outcome.kind !== 'listed') return outcome;
    if (isStale) {
      state.staleLists += 1;
      return { kind: 'behind', retryAfterMs: 1_000 };
    }
    state.staleLists = 0;
    state.expiredLists = 0;
    const gone = await finishList(reflector, outcome.resourceVersion);
    const durationMs = options.nowMs() - startedMs;
    options.observe({ kind: 'listed', ...counts, gone, durationMs, content });
    return { kind: 'listed' };
  } finally {
    release();
  }
}

/**
 * A list that takes too long because each page waits for the receiver is made again without the content, where
 * manifests let others find what they lack.
 */
export function contentOfList({ options, state }: ReflectorParts): 'full' | 'metadata' {
  if (state.expiredLists > 0 && options.emitsManifests) return 'metadata';
  return state.listed ? 'full' : options.firstList;
}

function pageLimit({ expiredLists }: ReflectorState): number | undefined {
  if (expiredLists === 0) return undefined;
  return pageLimitsAfterExpiry[Math.min(expiredLists, pageLimitsAfterExpiry.length) - 1];
}

function isBehind(page: ListPage, state: ReflectorState): boolean {
  if (state.lastVersion === undefined || state.staleLists >= maxStaleLists) return false;
  return compareResourceVersions(page.resourceVersion, state.lastVersion) === -1;
}

async function passOnPage(
  reflector: ReflectorParts,
  page: ListPage,
  content: 'full' | 'metadata',
  counts: ListCounts,
): Promise<void> {
  const bytes = page.items.length === 0 ? 0 : Math.ceil(page.bytes / page.items.length);
  // One object may be most of its page.
  const atMostBytes = page.bytes > 0 ? page.bytes : Number.POSITIVE_INFINITY;
  for (const object of page.items) {
    const passed = passOnListed(reflector, { object, content, bytes, atMostBytes }, counts);
    if (passed !== undefined) await passed;
  }
}
