/** A row with its place in commit order. */
export type Positioned = { readonly position: number };

/** New rows, read once per process and handed to all streams that are up to date. */
export type LiveFeed<Row extends Positioned> = {
  /**
   * Takes part from `position` on: `listener` gets every row above it, in order, each call without a gap to the
   * one before. `undefined` where the feed is already past that position; the caller has to read up to it first.
   * @returns a function that leaves
   */
  readonly join: (position: number, listener: (rows: readonly Row[]) => void) => (() => void) | undefined;
  /** There may be new rows. */
  readonly wake: () => void;
  /** Reads until the signal aborts. Never throws: where reading fails, it goes on trying. */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

/** More rows than this are read in several steps, so that no other work waits long. */
const batchSize = 500;
const maxBackoffMs = 5_000;

/**
 * @param options.readAfter the first `limit` rows above a position, in order; positions are in commit order,
 *   so what is read is final
 * @param options.pollMs longest time until rows are found whose wake-up was lost
 * @param options.minPauseMs least time between two reads: rows of one moment go out in one write per client. A pause
 *   that grows with what handing out took (twice that) was worse: p50 112 instead of 62 ms with 2,000 clients
 */
export function createLiveFeed<Row extends Positioned>(options: {
  readonly readAfter: (position: number, limit: number) => Promise<readonly Row[]>;
  readonly pollMs: number;
  readonly minPauseMs: number;
  readonly onError: (error: unknown) => void;
}): LiveFeed<Row> {
  const listeners = new Set<{ from: number; listener: (rows: readonly Row[]) => void }>();
  // Meaningful only while there are listeners: the last position that all of them have got.
  let position = 0;
  let woken = false;
  let wakeUp: (() => void) | undefined;

  const wake = (): void => {
    woken = true;
    wakeUp?.();
  };

  async function readOnce(): Promise<'more' | 'done'> {
    const from = position;
    const rows = await options.readAfter(from, batchSize);
    // Everyone left meanwhile and somebody else came with another position: these rows are not theirs.
    if (position !== from || listeners.size === 0) return 'done';
    const last = rows.at(-1);
    if (last === undefined) return 'done';
    position = last.position;
    for (const { from: joinedAt, listener } of [...listeners]) {
      try {
        listener(joinedAt > from ? rows.filter((row) => row.position > joinedAt) : rows);
      } catch (error) {
        // One stream's trouble must not cost the others these rows.
        options.onError(error);
      }
    }
    return rows.length === batchSize ? 'more' : 'done';
  }

  return {
    join: (from, listener) => {
      if (listeners.size === 0) position = from;
      else if (position > from) return undefined;
      const member = { from, listener };
      listeners.add(member);
      if (listeners.size === 1) wake();
      return () => void listeners.delete(member);
    },
    wake,
    run: async (signal) => {
      let failures = 0;
      while (!signal.aborted) {
        if (listeners.size > 0) {
          woken = false;
          try {
            while ((await readOnce()) === 'more' && !signal.aborted);
            failures = 0;
          } catch (error) {
            failures += 1;
            options.onError(error);
          }
        }
        const pauseMs = failures === 0 ? options.minPauseMs : Math.min(maxBackoffMs, 100 * 2 ** failures);
        await pause(pauseMs, signal);
        if (!woken)
          await pause(options.pollMs, signal, (resume) => {
            wakeUp = resume;
          });
      }
    },
  };
}

/** Resolves after the time, when the signal aborts, or when what `onResume` was given is called. */
function pause(ms: number, signal: AbortSignal, onResume?: (resume: () => void) => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const resume = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', resume);
      resolve();
    };
    const timer = setTimeout(resume, ms);
    signal.addEventListener('abort', resume);
    onResume?.(resume);
  });
}
