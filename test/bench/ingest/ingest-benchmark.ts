import { freePort } from '../../../lib/local/free-port.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { runForJson, startFunction } from '../run-process.ts';

const settings = {
  bytes: 2_000,
  inFlight: 256,
  connections: 256,
  events: 30_000,
  warmUp: 5_000,
  /** A quarter of the events are new objects, the others new versions. */
  objects: 8_750,
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
    const shared = {
      BENCH_EVENTS: String(settings.events),
      BENCH_WARM_UP: String(settings.warmUp),
      BENCH_OBJECTS: String(settings.objects),
      BENCH_BYTES: String(settings.bytes),
    };
    return {
      variants: {
        ingester: async () => {
          const url = await database.fresh();
          const port = String(await freePort());
          const ingester = await startFunction('resources-ingester', {
            DATABASE_URL: url,
            PORT: port,
            METRICS_PORT: '0',
            BATCH_MAX_ROWS: String(settings.batchRows),
            BATCH_WRITERS: String(settings.writers),
          });
          try {
            return await runForJson(new URL('./send-load.ts', import.meta.url), {
              ...shared,
              BENCH_PORT: port,
              BENCH_IN_FLIGHT: String(settings.inFlight),
            });
          } finally {
            await ingester.stop();
          }
        },
        baseline: async () =>
          runForJson(new URL('./write-rows.ts', import.meta.url), {
            ...shared,
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
