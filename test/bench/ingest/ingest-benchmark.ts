import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { runForJson } from '../run-process.ts';
import { loadEnvironment, loadIngester } from './load-ingester.ts';

const settings = {
  bytes: 2_000,
  inFlight: 256,
  connections: 256,
  events: 40_000,
  /** Until the compiler has seen enough: what is measured is an ingester that has been running for a while. */
  warmUp: 20_000,
  /** A quarter of the events are new objects, the others new versions. */
  objects: 15_000,
  history: true,
  fsync: true,
  writers: 2,
  batchRows: 256,
  baselineWriters: 1,
} as const;

/**
 * One event a POST into a running resources-ingester, against the same rows written by the same statements from
 * one script without HTTP. `ratio` is what remains of the database's speed.
 */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  rounds: 5,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    return {
      variants: {
        ingester: async () =>
          loadIngester(await database.fresh(), settings, {
            BATCH_MAX_ROWS: String(settings.batchRows),
            BATCH_WRITERS: String(settings.writers),
          }),
        baseline: async () =>
          runForJson(new URL('./write-rows.ts', import.meta.url), {
            ...loadEnvironment(settings),
            DATABASE_URL: await database.fresh(),
            BENCH_BATCH_ROWS: String(settings.batchRows),
          }),
      },
      close: database.close,
    };
  },
  figures: ({ ingester, baseline }) => ({
    ratio: (ingester?.['events_per_s'] ?? Number.NaN) / (baseline?.['rows_per_s'] ?? Number.NaN),
    events_per_s: ingester?.['events_per_s'] ?? Number.NaN,
    baseline_rows_per_s: baseline?.['rows_per_s'] ?? Number.NaN,
    p50_ms: ingester?.['p50_ms'] ?? Number.NaN,
    p99_ms: ingester?.['p99_ms'] ?? Number.NaN,
  }),
};
