import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { podText } from '../watch/pod-template.ts';
import { runRoad } from './run-road.ts';

const settings = {
  objects: 2_000,
  bytes: podText(0, 1).length,
  changesPerSecond: 500,
  warmUpSeconds: 5,
  seconds: 15,
  broker: 'development broker, profile imc-sync',
  history: true,
  fsync: true,
} as const;

/**
 * The whole road at 500 changes a second: from the moment when the API server sends a change to the moment when a
 * reader sees its committed row; through a broker, and with the ingester itself as the sink.
 */
export const latencyBenchmark: Benchmark = {
  name: 'latency',
  rounds: 3,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
    const follow = async (throughBroker: boolean) =>
      runRoad({ ...settings, folder, throughBroker, databaseUrl: await database.fresh() });
    return {
      variants: { broker: () => follow(true), direct: () => follow(false) },
      close: async () => {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  figures: ({ broker, direct }) => ({
    p50_ms: broker?.['p50_ms'] ?? Number.NaN,
    p99_ms: broker?.['p99_ms'] ?? Number.NaN,
    changes_per_s: broker?.['changes_per_s'] ?? Number.NaN,
    direct_p50_ms: direct?.['p50_ms'] ?? Number.NaN,
    direct_p99_ms: direct?.['p99_ms'] ?? Number.NaN,
  }),
};
