import { decodeCheckpoints, encodeCheckpoints, type WatchCheckpoint } from '../core/watch-checkpoint.ts';
import type { LeaseClient } from './lease-client.ts';

/** Keeps the checkpoints of a watcher over restarts. */
export type CheckpointStore = {
  /** @throws where the API server refuses or does not answer */
  readonly load: () => Promise<ReadonlyMap<string, WatchCheckpoint>>;
  /** Writes them unless they are as they were. @throws as `load` does */
  readonly save: (checkpoints: ReadonlyMap<string, WatchCheckpoint>) => Promise<void>;
};

const annotation = 'kubemirror.io/checkpoints';

/** A former leader may write at the same moment; the one who leads tries again. */
const maxAttempts = 3;

/**
 * Checkpoints in an annotation of a Lease of their own: a ConfigMap would be followed by the watcher itself,
 * each save making the next one necessary, and the Lease of the election is written every two seconds.
 */
export function createCheckpointStore(lease: LeaseClient): CheckpointStore {
  let saved = '';
  return {
    load: async () => {
      const current = await lease.get();
      saved = current?.metadata.annotations?.[annotation] ?? '';
      return decodeCheckpoints(saved);
    },
    save: async (checkpoints) => {
      const text = encodeCheckpoints(checkpoints);
      if (text === saved) return;
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        const current = await lease.get();
        const written = await lease.put({
          ...current,
          metadata: {
            ...current?.metadata,
            annotations: { ...current?.metadata.annotations, [annotation]: text },
          },
          spec: current?.spec ?? {},
        });
        if (written.kind === 'conflict') continue;
        saved = text;
        return;
      }
      throw new Error(
        `Cannot save checkpoints: written by others ${maxAttempts} times, expected to be alone`,
      );
    },
  };
}
