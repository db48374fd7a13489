import pg from 'pg';
import type { IngestItem } from '../../../lib/core/ingest-outcome.ts';
import { type ResourceRow, resourceRow } from '../../../lib/core/resource-row.ts';
import { createResourceWriter, resourceSessionSetUp } from '../../../lib/postgres/resource-writer.ts';
import { createWriterSessions } from '../../../lib/postgres/writer-session.ts';
import { podEvent } from './pod-events.ts';

/**
 * The baseline, a process of its own: the same rows written by the same statements, batch after batch, without
 * HTTP and with the rows made beforehand. Prints one line of JSON.
 */
const warmUp = Number(process.env['BENCH_WARM_UP']);
const events = Number(process.env['BENCH_EVENTS']);
const batchRows = Number(process.env['BENCH_BATCH_ROWS']);
const shape = { objects: Number(process.env['BENCH_OBJECTS']), bytes: Number(process.env['BENCH_BYTES']) };

const items = Array.from({ length: warmUp + events }, (_, index): IngestItem<ResourceRow> => {
  const event = podEvent(index, shape);
  const content = resourceRow(event, { clusterName: undefined, nowMicros: Date.now() * 1_000 });
  if (content.kind !== 'row') throw new Error(`Cannot make row ${index}: ${content.reason}`);
  return { event, content };
});
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });
const write = createResourceWriter({
  sessions: createWriterSessions(pool, resourceSessionSetUp),
  functionName: 'bench',
  poison: 'reject',
  onBatch: () => {},
});

await writeAll(0, warmUp);
const startedAtMs = performance.now();
await writeAll(warmUp, warmUp + events);
const seconds = (performance.now() - startedAtMs) / 1_000;
await pool.end();
process.stdout.write(`${JSON.stringify({ rows_per_s: events / seconds })}\n`);

async function writeAll(from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += batchRows) {
    const outcomes = await write(items.slice(start, Math.min(start + batchRows, to)));
    const failed = outcomes.find((outcome) => outcome.kind !== 'stored');
    if (failed !== undefined)
      throw new Error(`Cannot write a row: ${JSON.stringify(failed)}, expected stored`);
  }
}
