import type { IngestOutcome } from '../core/ingest-outcome.ts';
import { classifyError } from './classify-error.ts';

/**
 * Writes a batch so that no item costs a neighbour (I5). An error of the data splits the batch until the bad
 * item stands alone: at once where the server names its line, else by halves. Errors of the connection fail
 * all that is left of the batch, to come again.
 * @param options.write one transaction for all items; throws when it did not commit
 * @param options.writePoison what to do with the one item that can never be stored
 */
export async function writeIsolated<Item>(
  items: readonly Item[],
  options: {
    readonly write: (items: readonly Item[]) => Promise<readonly IngestOutcome[]>;
    readonly writePoison: (item: Item, reason: string) => Promise<IngestOutcome>;
  },
): Promise<readonly IngestOutcome[]> {
  const outcomes: IngestOutcome[] = Array.from(items, () => ({ kind: 'failed', error: undefined }));
  // Indexes of the parts that are still to be written; a part is one transaction.
  const parts: number[][] = [Array.from(items.keys())];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const result = await attempt(part, items, options);
    if (result.kind === 'split') parts.push(...result.parts);
    else for (const [at, index] of part.entries()) outcomes[index] = result.outcomes[at] ?? failedWithout;
  }
  return outcomes;
}

const failedWithout: IngestOutcome = {
  kind: 'failed',
  error: new Error('Cannot tell what became of a row: the write gave no outcome for it'),
};

/** Enough for two writers that met once; more would only add to the crowd. */
const maxConflictRetries = 2;

async function attempt<Item>(
  part: readonly number[],
  items: readonly Item[],
  options: Parameters<typeof writeIsolated<Item>>[1],
): Promise<{ kind: 'done'; outcomes: readonly IngestOutcome[] } | { kind: 'split'; parts: number[][] }> {
  const batch = part.map((index) => items[index] as Item);
  for (let retries = 0; ; retries += 1) {
    try {
      return { kind: 'done', outcomes: await options.write(batch) };
    } catch (error) {
      const kind = classifyError(error);
      if (kind === 'conflict' && retries < maxConflictRetries) continue;
      // An error that nobody knows may be one row's fault too: alone it fails alone.
      const mayBeOneRow = kind === 'data' || kind === 'unknown';
      if (mayBeOneRow && part.length > 1) return { kind: 'split', parts: splitAt(part, badLine(error)) };
      if (kind === 'data')
        return { kind: 'done', outcomes: [await poison(batch[0] as Item, error, options)] };
      return { kind: 'done', outcomes: batch.map(() => ({ kind: 'failed', error })) };
    }
  }
}

async function poison<Item>(
  item: Item,
  error: unknown,
  options: Parameters<typeof writeIsolated<Item>>[1],
): Promise<IngestOutcome> {
  try {
    return await options.writePoison(item, error instanceof Error ? error.message : String(error));
  } catch (failure) {
    return { kind: 'failed', error: failure };
  }
}

/** Parts are taken from the end: the rest of the batch is written before its suspect. */
function splitAt(part: readonly number[], line: number | undefined): number[][] {
  const suspect = line === undefined ? undefined : part[line - 1];
  if (suspect !== undefined) return [[suspect], part.filter((index) => index !== suspect)];
  const middle = part.length >> 1;
  return [part.slice(middle), part.slice(0, middle)];
}

/** COPY says in its error's context which line it was at, counted from 1. */
function badLine(error: unknown): number | undefined {
  const where = (error as { readonly where?: unknown }).where;
  const line = typeof where === 'string' ? /^COPY \w+, line (\d+)/m.exec(where)?.[1] : undefined;
  return line === undefined ? undefined : Number(line);
}
