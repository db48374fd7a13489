import { type BatchLimits, batchLength, decideBatch } from '../core/batching-policy.ts';

/** Writes a batch and says of each item, in order, what became of it. Throws when nothing was written. */
export type WriteBatch<Item, Outcome> = (batch: readonly Item[]) => Promise<readonly Outcome[]>;

/** A queue whose items share transactions. */
export type GroupCommit<Item, Outcome> = {
  /**
   * Resolves when the transaction that holds the item has committed (I4), rejects with what the write threw.
   * `full` when the queue is at its limit: the item was not taken.
   */
  readonly add: (item: Item, bytes: number) => Promise<Outcome> | 'full';
  readonly waitingRows: () => number;
  readonly waitingBytes: () => number;
  /** How long the oldest item has been waiting or been written; 0 without any. For liveness. */
  readonly oldestMs: () => number;
  /** Takes nothing new and resolves when all that was taken has been written or has failed. */
  readonly drain: () => Promise<void>;
};

type Waiting<Item, Outcome> = {
  readonly item: Item;
  readonly bytes: number;
  readonly atMs: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
};

export function createGroupCommit<Item, Outcome>(options: {
  readonly write: WriteBatch<Item, Outcome>;
  readonly limits: BatchLimits;
  /** Batches in the works at once: while one waits for its commit, the next is staged. */
  readonly writers: number;
  readonly maxWaitingRows: number;
  readonly maxWaitingBytes: number;
  readonly nowMs: () => number;
}): GroupCommit<Item, Outcome> {
  const { behind } = options.limits;
  let waiting: Waiting<Item, Outcome>[] = [];
  let waitingBytes = 0;
  /** Length of `waiting` when the policy was asked last. */
  let seenRows = 0;
  /** A look at the queue is due at the end of this turn of the event loop. */
  let looking = false;
  let idleWriters = options.writers;
  /** When each batch in the works took its first item. */
  const writing = new Set<{ readonly atMs: number }>();
  /** A look is due at rows that wait behind a batch, should that take too long. */
  let lookingLater = false;
  let draining = false;
  let onIdle: (() => void) | undefined;

  const lookSoon = (): void => {
    if (looking) return;
    looking = true;
    setImmediate(look);
  };

  const lookLater = (ms: number): void => {
    if (lookingLater) return;
    lookingLater = true;
    setTimeout(
      () => {
        lookingLater = false;
        lookSoon();
      },
      Math.max(1, ms),
    );
  };

  const look = (): void => {
    looking = false;
    const first = waiting[0];
    if (first === undefined || idleWriters === 0) return;
    const busyWriters = options.writers - idleWriters;
    const ageMs = options.nowMs() - first.atMs;
    const arrivedRows = waiting.length - seenRows;
    const decision = decideBatch(
      { rows: waiting.length, bytes: waitingBytes, ageMs, arrivedRows, idleWriters, busyWriters },
      options.limits,
    );
    seenRows = waiting.length;
    if (decision === 'flush') flush();
    else if (behind !== undefined && busyWriters > 0) {
      // The end of that batch looks here as well; turning the event loop until then would only take its time.
      lookLater(behind.maxWaitMs - ageMs);
      return;
    }
    if (waiting.length > 0 && idleWriters > 0) lookSoon();
  };

  const flush = (): void => {
    const length =
      waiting.length <= options.limits.maxRows && waitingBytes <= options.limits.maxBytes
        ? waiting.length
        : batchLength(
            waiting.map((entry) => entry.bytes),
            options.limits,
          );
    const batch = waiting.slice(0, length);
    waiting = waiting.slice(length);
    for (const entry of batch) waitingBytes -= entry.bytes;
    seenRows = 0;
    idleWriters -= 1;
    void settle(batch, { atMs: batch[0]?.atMs ?? options.nowMs() });
  };

  const settle = async (
    batch: readonly Waiting<Item, Outcome>[],
    started: { readonly atMs: number },
  ): Promise<void> => {
    writing.add(started);
    try {
      const outcomes = await options.write(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) {
        // The writer's contract is one outcome an item; less is a bug that must not look like success.
        if (index < outcomes.length) entry.resolve(outcomes[index] as Outcome);
        else entry.reject(new Error(`Cannot tell what became of row ${index}: ${outcomes.length} outcomes`));
      }
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    writing.delete(started);
    idleWriters += 1;
    if (waiting.length > 0) lookSoon();
    else if (idleWriters === options.writers) onIdle?.();
  };

  return {
    add: (item, bytes) => {
      const full = waiting.length >= options.maxWaitingRows || waitingBytes + bytes > options.maxWaitingBytes;
      // An item larger than the whole limit would never fit; it may go alone.
      if (draining || (full && waiting.length > 0)) return 'full';
      return new Promise((resolve, reject) => {
        waiting.push({ item, bytes, atMs: options.nowMs(), resolve, reject });
        waitingBytes += bytes;
        if (idleWriters > 0) lookSoon();
      });
    },
    waitingRows: () => waiting.length,
    waitingBytes: () => waitingBytes,
    oldestMs: () => {
      const times = [...writing, ...waiting.slice(0, 1)].map((entry) => entry.atMs);
      return times.length === 0 ? 0 : options.nowMs() - Math.min(...times);
    },
    drain: async () => {
      draining = true;
      if (waiting.length === 0 && idleWriters === options.writers) return;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        if (waiting.length > 0) lookSoon();
      });
    },
  };
}
