import type { RevisionStore } from '../store/revision-store.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { Faults } from './faults.ts';

/** Everything that a test can let go wrong; each takes effect at once and `clear` ends what lasts. */
export type ClusterFaults = {
  /** Ends open watches: politely, or by breaking the connection. */
  readonly dropWatches: (how?: 'end' | 'reset') => void;
  /** Open watches fall silent without being closed, until `false`. */
  readonly stallWatches: (stalled: boolean) => void;
  /** Open watches break in the middle of their next line. */
  readonly breakNextLine: () => void;
  /** History before now is gone: older versions and continue tokens are answered with 410. */
  readonly compactHistory: () => void;
  /** As a restart does it: watches break, and their history starts now, while exact reads go on. */
  readonly restart: () => void;
  /** The next requests for resources are refused. */
  readonly refuse: (code: 429 | 500 | 503, count: number, retryAfterSeconds?: number) => void;
  /** The next watches and continued lists are told that their version is gone. */
  readonly expire: (count: number) => void;
  /** Answers start so much later. */
  readonly delay: (delayMs: number) => void;
  /** No more bookmarks, the end of initial events included, until `true`. */
  readonly setBookmarks: (sent: boolean) => void;
  readonly clear: () => void;
};

export function createClusterFaults(parts: {
  readonly faults: Faults;
  readonly store: RevisionStore;
  readonly watches: WatchHub;
}): ClusterFaults {
  const { faults, store, watches } = parts;
  const stallWatches = (stalled: boolean) => {
    for (const watch of watches.of()) watch.stall(stalled);
  };
  return {
    dropWatches: (how = 'reset') => watches.close(how),
    stallWatches,
    breakNextLine: () => {
      for (const watch of watches.of()) watch.breakNextLine();
    },
    compactHistory: () => store.compact(),
    restart: () => {
      watches.close('reset');
      store.raiseWatchFloors();
    },
    refuse: (code, count, retryAfterSeconds) => faults.refuse(code, count, retryAfterSeconds),
    expire: (count) => faults.expire(count),
    delay: (delayMs) => faults.delay(delayMs),
    setBookmarks: (sent) => faults.setBookmarks(sent),
    clear: () => {
      faults.clear();
      stallWatches(false);
    },
  };
}
