import type pg from 'pg';
import type { IngestItem, IngestOutcome, PoisonMode } from '../core/ingest-outcome.ts';
import { type CopyType, type CopyValue, createCopyEncoder } from './copy-encoder.ts';
import { quarantineEvent } from './quarantine-event.ts';
import type { StagedBatch } from './stage-and-execute.ts';
import { writeIsolated } from './write-isolated.ts';
import type { WriterSessions } from './writer-session.ts';

/** What a merge did with the staged rows. */
export type Merged<Counts> = {
  /** Ordinals of the staged rows that are stored by it; the others were there already, or something newer. */
  readonly taken: readonly number[];
  readonly counts: Counts;
};

export type WriteItems<Row> = (items: readonly IngestItem<Row>[]) => Promise<readonly IngestOutcome[]>;

/**
 * One batch, one transaction: rows are staged by COPY, merged under the stream's lock, what cannot be stored
 * goes to quarantine beside them, readers are woken once, and all is committed before anyone is answered (I4).
 * @param options.merge stages and merges within the transaction that it begins
 */
export function createBatchWriter<Row, Counts>(options: {
  readonly sessions: WriterSessions;
  readonly functionName: string;
  readonly poison: PoisonMode;
  readonly columns: readonly CopyType[];
  readonly stagedRow: (batch: number, ordinal: number, row: Row) => readonly CopyValue[];
  readonly merge: (
    client: pg.ClientBase,
    staged: StagedBatch,
    rows: readonly Row[],
  ) => Promise<Merged<Counts>>;
  /** NOTIFY channel of the stream. */
  readonly channel: string;
  readonly onBatch: (counts: Counts, rows: number) => void;
}): WriteItems<Row> {
  const encoders = createEncoderPool(options.columns);
  /** Tells the batches in one staging table apart. */
  let nextNumber = 0;

  const keepPoison = async (
    client: pg.ClientBase,
    item: IngestItem<Row>,
    reason: string,
  ): Promise<IngestOutcome> => {
    if (options.poison === 'reject') return { kind: 'rejected', reason };
    await quarantineEvent(client, { functionName: options.functionName, reason, event: item.event });
    return { kind: 'quarantined', reason };
  };

  const commit = async (
    client: pg.ClientBase,
    items: readonly IngestItem<Row>[],
    staged: StagedBatch | undefined,
    rows: readonly Row[],
  ): Promise<readonly IngestOutcome[]> => {
    const merged = staged === undefined ? undefined : await options.merge(client, staged, rows);
    if (merged === undefined) await client.query('begin');
    const outcomes: IngestOutcome[] = items.map(() => ({ kind: 'unchanged' }));
    for (const ordinal of merged?.taken ?? []) outcomes[ordinal] = { kind: 'stored' };
    for (const [index, item] of items.entries()) {
      if (item.content.kind === 'poison')
        outcomes[index] = await keepPoison(client, item, item.content.reason);
    }
    const wakes = merged !== undefined && merged.taken.length > 0;
    await client.query(wakes ? `notify ${options.channel}; commit` : 'commit');
    if (merged !== undefined) options.onBatch(merged.counts, rows.length);
    return outcomes;
  };

  const write: WriteItems<Row> = async (items) => {
    const encoder = encoders.take();
    const number = nextNumber;
    nextNumber = (nextNumber + 1) % maxNumber;
    try {
      const rows: Row[] = [];
      for (const [ordinal, { content }] of items.entries()) {
        if (content.kind === 'poison') continue;
        encoder.addRow(options.stagedRow(number, ordinal, content.row));
        rows.push(content.row);
      }
      const staged =
        rows.length === 0 ? undefined : { number, rows: encoder.finish(), rowCount: rows.length };
      return await options.sessions.run((client) => commit(client, items, staged, rows));
    } finally {
      encoders.give(encoder);
    }
  };

  const writePoison = (item: IngestItem<Row>, reason: string): Promise<IngestOutcome> =>
    options.sessions.run(async (client) => {
      await client.query('begin');
      const outcome = await keepPoison(client, item, reason);
      await client.query('commit');
      return outcome;
    });

  return (items) => writeIsolated(items, { write, writePoison });
}

/** An integer of PostgreSQL; staging tables are emptied long before a number comes again. */
const maxNumber = 2 ** 31;

/** Encoders keep their memory from batch to batch; there are as many as batches in the works at once. */
function createEncoderPool(columns: readonly CopyType[]) {
  const free: ReturnType<typeof createCopyEncoder>[] = [];
  return {
    take: () => free.pop() ?? createCopyEncoder(columns),
    give: (encoder: ReturnType<typeof createCopyEncoder>) => {
      encoder.reset();
      free.push(encoder);
    },
  };
}
