import type { ResourceManifest } from '../core/resource-manifest.ts';
import { classifyError } from './classify-error.ts';
import { compareManifest, type ManifestComparison } from './compare-manifest.ts';
import { createGroupCommit } from './group-commit.ts';
import type { WriterSessions } from './writer-session.ts';

export type ManifestOutcome =
  | ({ readonly kind: 'compared' } & ManifestComparison)
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The manifest itself holds what the database cannot take. */
  | { readonly kind: 'poison'; readonly reason: string };

/** A list of a large resource brings its manifests at once, and each takes tens of milliseconds. */
const maxWaiting = 64;

/** Compares manifests one at a time, beside the batches: they would only wait for each other's lock. */
export function createManifestQueue(options: {
  readonly sessions: WriterSessions;
  readonly onComparison: (comparison: ManifestComparison) => void;
}): {
  readonly add: (manifest: ResourceManifest, listedAt: Date) => Promise<ManifestOutcome> | 'full';
  readonly drain: () => Promise<void>;
} {
  const queue = createGroupCommit<{ manifest: ResourceManifest; listedAt: Date }, ManifestOutcome>({
    write: async (items) => {
      const outcomes: ManifestOutcome[] = [];
      for (const { manifest, listedAt } of items) outcomes.push(await compare(manifest, listedAt));
      return outcomes;
    },
    limits: { maxRows: 1, maxBytes: 1, maxLingerMs: 0 },
    writers: 1,
    maxWaitingRows: maxWaiting,
    maxWaitingBytes: Number.POSITIVE_INFINITY,
    nowMs: () => performance.now(),
  });

  const compare = async (manifest: ResourceManifest, listedAt: Date): Promise<ManifestOutcome> => {
    try {
      const comparison = await compareManifest(options.sessions, manifest, listedAt);
      options.onComparison(comparison);
      return { kind: 'compared', ...comparison };
    } catch (error) {
      if (classifyError(error) !== 'data') return { kind: 'failed', error };
      return { kind: 'poison', reason: error instanceof Error ? error.message : String(error) };
    }
  };

  return { add: (manifest, listedAt) => queue.add({ manifest, listedAt }, 1), drain: queue.drain };
}
