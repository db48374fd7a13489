import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { loadIngester } from './load-ingester.ts';

const settings = {
  bytes: 2_000,
  inFlight: 1,
  events: 2_000,
  warmUp: 1_000,
  objects: 750,
  history: true,
  fsync: true,
} as const;

/** One event in flight, as a sequential broker sends them: the time from sending it to its acknowledgement. */
export const ackBenchmark: Benchmark = {
  name: 'ack',
  rounds: 5,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    return {
      variants: { ingester: async () => loadIngester(await database.fresh(), settings, {}) },
      close: database.close,
    };
  },
  figures: ({ ingester }) => ({
    p50_ms: ingester?.['p50_ms'] ?? Number.NaN,
    p99_ms: ingester?.['p99_ms'] ?? Number.NaN,
    events_per_s: ingester?.['events_per_s'] ?? Number.NaN,
  }),
};
