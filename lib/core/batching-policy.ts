/** What waits to be written, and who could write it. */
export type BatchState = {
  readonly rows: number;
  readonly bytes: number;
  /** How long the first of them has waited. */
  readonly ageMs: number;
  /** Rows that came since the policy was asked last, one turn of the event loop ago. */
  readonly arrivedRows: number;
  readonly idleWriters: number;
  /** Batches in the works. */
  readonly busyWriters: number;
};

export type BatchLimits = {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Longest wait of a row for company while a writer is idle. */
  readonly maxLingerMs: number;
  /** Where batches wait for each other's commit: from what size on one goes out behind another, and when at the latest. */
  readonly behind?: { readonly rows: number; readonly bytes: number; readonly maxWaitMs: number };
};

/** `wait` ends when a batch in the works does and when rows come, and without any in the works with the next turn. */
export type BatchDecision = 'flush' | 'wait';

/**
 * Group commit that follows the load. A batch goes out when a writer is idle and nothing new came during a
 * whole turn of the event loop, or when it is full, or when its first row has lingered long enough. So one row
 * alone is written at once, a burst is written together, and under load the time that a write takes decides how
 * many rows the next one has. A fixed linger instead costs every lone row its full length, and sequential brokers
 * deliver nothing but lone rows.
 *
 * Behind another batch nothing is gained by haste: the stream's lock is taken, and rows that come until then would have
 * to form one more transaction. Measured with two writers and 256 requests in flight: batches of 82 and 74 rows
 * without this rule, 126 with it, and a tenth to a fifth more events a second.
 */
export function decideBatch(state: BatchState, limits: BatchLimits): BatchDecision {
  if (state.rows === 0 || state.idleWriters === 0) return 'wait';
  if (state.rows >= limits.maxRows || state.bytes >= limits.maxBytes) return 'flush';
  const { behind } = limits;
  if (behind !== undefined && state.busyWriters > 0) {
    const isWorthwhile = state.rows >= behind.rows || state.bytes >= behind.bytes;
    return isWorthwhile || state.ageMs >= behind.maxWaitMs ? 'flush' : 'wait';
  }
  if (state.arrivedRows === 0 || state.ageMs >= limits.maxLingerMs) return 'flush';
  return 'wait';
}

/** How many of the waiting rows make the next batch: up to the limits, and always at least one. */
export function batchLength(sizes: readonly number[], limits: BatchLimits): number {
  let bytes = 0;
  let length = 0;
  for (const size of sizes) {
    bytes += size;
    if (length > 0 && (length >= limits.maxRows || bytes > limits.maxBytes)) break;
    length += 1;
  }
  return length;
}
