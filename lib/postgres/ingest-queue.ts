import type { IngestItem, IngestOutcome } from '../core/ingest-outcome.ts';
import type { WriteItems } from './batch-writer.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';

/** One batch that was answered. */
export type WrittenBatch = {
  readonly outcomes: readonly IngestOutcome[];
  readonly seconds: number;
  /** Age of its oldest event, since the watcher saw it. */
  readonly lagSeconds: number;
};

export type IngestLimits = {
  readonly BATCH_MAX_ROWS: number;
  readonly BATCH_MAX_BYTES: number;
  readonly BATCH_WRITERS: number;
  readonly QUEUE_MAX_ROWS: number;
  readonly QUEUE_MAX_BYTES: number;
};

/** Longest that a row waits for company while a writer is idle and others keep coming. */
const maxLingerMs = 2;

/** A batch behind another waits until it has this share of the limits; half of what is in flight at full load is more. */
const shareBehind = 0.4;

/** Several times what a batch takes: when the one before is that slow, a second one may have better luck. */
const maxWaitBehindMs = 100;

/** The queue between requests and a stream's writer. */
export function createIngestQueue<Row extends { readonly observedAtMicros: number }>(options: {
  readonly write: WriteItems<Row>;
  readonly limits: IngestLimits;
  readonly onBatch: (batch: WrittenBatch) => void;
}): GroupCommit<IngestItem<Row>, IngestOutcome> {
  const { write, limits } = options;
  return createGroupCommit({
    write: async (items) => {
      const startedAtMs = performance.now();
      const outcomes = await write(items);
      options.onBatch({
        outcomes,
        seconds: (performance.now() - startedAtMs) / 1_000,
        lagSeconds: lagSeconds(items),
      });
      return outcomes;
    },
    limits: {
      maxRows: limits.BATCH_MAX_ROWS,
      maxBytes: limits.BATCH_MAX_BYTES,
      maxLingerMs,
      behind: {
        rows: Math.ceil(limits.BATCH_MAX_ROWS * shareBehind),
        bytes: Math.ceil(limits.BATCH_MAX_BYTES * shareBehind),
        maxWaitMs: maxWaitBehindMs,
      },
    },
    writers: limits.BATCH_WRITERS,
    maxWaitingRows: limits.QUEUE_MAX_ROWS,
    maxWaitingBytes: limits.QUEUE_MAX_BYTES,
    nowMs: () => performance.now(),
  });
}

function lagSeconds(items: readonly IngestItem<{ readonly observedAtMicros: number }>[]): number {
  let oldestMicros = Number.POSITIVE_INFINITY;
  for (const { content } of items) {
    if (content.kind === 'row') oldestMicros = Math.min(oldestMicros, content.row.observedAtMicros);
  }
  return Number.isFinite(oldestMicros) ? Math.max(0, Date.now() / 1_000 - oldestMicros / 1_000_000) : 0;
}
