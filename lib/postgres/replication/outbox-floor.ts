/** What is read from the outbox, so that nothing is read twice, and nothing that shows up late is passed over. */
export type OutboxFloor = {
  /** Every number up to this one was read, or never will be there. */
  readonly floor: () => number;
  /** Numbers above the floor that were read and are still in the table. */
  readonly known: () => number[];
  readonly read: (batch: {
    readonly seqs: readonly number[];
    /** Oldest transaction that ran then; what older ones wrote was all visible. */
    readonly oldestRunning: bigint;
    /** There may be more. */
    readonly isFull: boolean;
  }) => void;
  /** @param transaction the one that deleted them, begun after the last read */
  readonly deleted: (seqs: readonly number[], transaction: bigint) => void;
};

/**
 * Numbers come from a sequence, transactions from another, and both end in any order. Hence a small number may show
 * up after a larger one, when its transaction is the younger of two that ran at the same time. A floor under the
 * search is needed all the same, or it would pass over all that was deleted lately each time (0.4 to 0.7 s for a
 * million while some other session's old snapshot keeps the vacuum away).
 *
 * Who took a number below one that was read had its transaction before that read, so it is older than one that
 * deletes afterwards. Once no transaction runs that is older than the deleting one, all those numbers are visible.
 */
export function createOutboxFloor(): OutboxFloor {
  let floor = 0;
  let highest = 0;
  let fence: { readonly seq: number; readonly transaction: bigint } | undefined;
  const known = new Set<number>();
  return {
    floor: () => floor,
    known: () => [...known].filter((seq) => seq > floor),
    read: ({ seqs, oldestRunning, isFull }) => {
      for (const seq of seqs) known.add(seq);
      const last = seqs.at(-1);
      highest = Math.max(highest, last ?? 0);
      if (fence === undefined || oldestRunning <= fence.transaction) return;
      floor = Math.max(floor, isFull ? Math.min(fence.seq, last ?? floor) : fence.seq);
      fence = undefined;
    },
    deleted: (seqs, transaction) => {
      for (const seq of seqs) known.delete(seq);
      fence ??= { seq: highest, transaction };
    },
  };
}
