import type { Lsn } from './lsn.ts';

/**
 * Finds how far the log may be forgotten: the end of the last transaction all of whose changes were delivered,
 * and before which none is open. Transactions come one after the other; their changes are delivered in any
 * order. Memory: one entry per transaction in flight, whatever its size.
 */
export type AcknowledgementTracker = {
  /** A transaction begins; there is no other open one. */
  readonly begin: () => Transaction;
  /**
   * Everything before this position has been read. Counts once all that was read before is delivered; ignored
   * inside a transaction, whose own changes lie before that position.
   */
  readonly passed: (lsn: Lsn) => void;
  /** End of what is safe to forget; 0 while there is nothing. Never falls. */
  readonly acknowledged: () => Lsn;
  /** Nothing waits for a delivery and no transaction is open. */
  readonly isIdle: () => boolean;
};

export type Transaction = {
  /** A change was read: it must be delivered before the transaction counts. */
  readonly add: () => void;
  readonly delivered: () => void;
  /** The commit was read. @param endLsn exactly the commit's end; one more would skip a commit that starts there */
  readonly end: (endLsn: Lsn) => void;
};

type Entry = { pending: number; endLsn: Lsn | undefined };

export function createAcknowledgementTracker(): AcknowledgementTracker {
  // A queue: the head is the oldest entry that is not safe yet.
  let entries: Entry[] = [];
  let head = 0;
  let acknowledged: Lsn = 0n;
  let open = false;

  const advance = (): void => {
    for (
      let entry = entries[head];
      entry?.pending === 0 && entry.endLsn !== undefined;
      entry = entries[head]
    ) {
      if (entry.endLsn > acknowledged) acknowledged = entry.endLsn;
      head += 1;
    }
    // Cut in one go, since shifting each would cost the queue's length every time.
    if (head > 1024 || head === entries.length) {
      entries = entries.slice(head);
      head = 0;
    }
  };

  return {
    begin: () => {
      if (open) throw new Error('Cannot begin a transaction: one is open, expected its commit first');
      open = true;
      const entry: Entry = { pending: 0, endLsn: undefined };
      entries.push(entry);
      return {
        add: () => {
          entry.pending += 1;
        },
        delivered: () => {
          entry.pending -= 1;
          advance();
        },
        end: (endLsn) => {
          open = false;
          entry.endLsn = endLsn;
          advance();
        },
      };
    },
    passed: (lsn) => {
      if (open) return;
      const last = entries.at(-1);
      // The last entry's end moves on instead of a new entry: idle reading must not make the queue grow.
      if (last !== undefined && head < entries.length) {
        if (last.endLsn !== undefined && lsn > last.endLsn) last.endLsn = lsn;
      } else if (lsn > acknowledged) acknowledged = lsn;
    },
    acknowledged: () => acknowledged,
    isIdle: () => !open && head === entries.length,
  };
}
