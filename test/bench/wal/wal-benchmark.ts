import { boundedMemory } from '../../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureIdle } from './measure-idle.ts';
import { measureStopped } from './measure-stopped.ts';

const settings = {
  noise_mb: 400,
  noise_seconds: 20,
  stopped_changes: 5_000,
  stopped_noise_mb: 100,
  max_in_flight: 128,
  node: process.version,
  node_options: boundedMemory('changes-source')['NODE_OPTIONS'] ?? '',
} as const;

/** What the measurements of this folder share. */
export type WalContext = {
  readonly database: Awaited<ReturnType<typeof openBenchDatabase>>;
  readonly settings: typeof settings;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * What the server keeps of its log because of changes-source.
 *
 * - `written_mb`: written to other tables while the followed ones are idle; `retained_max_mb` is the most that the
 *   slot held back meanwhile, `retained_end_mb` and `unconfirmed_end_mb` what it did 15 s later, after a check-point
 * - `stopped_retained_mb`: held back for a source that was stopped; `missing` counts changes of that time that it did
 *   not deliver after its start, `repeated` those that it delivered more than once
 */
export const walBenchmark: Benchmark = {
  name: 'wal',
  rounds: 1,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    const context: WalContext = {
      database,
      settings,
      environment: { NODE_OPTIONS: settings.node_options },
    };
    return {
      variants: { idle: () => measureIdle(context), stopped: () => measureStopped(context) },
      close: database.close,
    };
  },
  figures: ({ idle, stopped }) => ({ ...idle, ...stopped }),
};
