/** What waits to be written, and who could write it. */
export type BatchState = {
  readonly rows: number;
  readonly bytes: number;
  /** How long the first of them has waited. */
  readonly ageMs: number;
  /** Rows that came since the policy was asked last, one turn of the event loop ago. */
  readonly arrivedRows: number;
  readonly idleWriters: number;
};

export type BatchLimits = {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Longest wait of a row for company while a writer is idle. */
  readonly maxLingerMs: number;
};

/** `wait` without a writer ends when one becomes free, otherwise with the next turn of the event loop. */
export type BatchDecision = 'flush' | 'wait';

/**
 * Group commit that follows the load. A batch goes out when a writer is idle and nothing new came during a
 * whole turn of the event loop, or when it is full, or when its first row has lingered long enough. So one row
 * alone is written at once, a burst is written together, and under load the time that a write takes decides how
 * many rows the next one has. A fixed linger instead costs every lone row its full length, and sequential brokers
 * deliver nothing but lone rows.
 */
export function decideBatch(state: BatchState, limits: BatchLimits): BatchDecision {
  if (state.rows === 0 || state.idleWriters === 0) return 'wait';
  if (state.rows >= limits.maxRows || state.bytes >= limits.maxBytes) return 'flush';
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
