import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundedMemory } from '../../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark, Measures } from '../benchmark.ts';
import { measureApply } from './measure-apply.ts';
import { measureBacklog } from './measure-backlog.ts';
import { measureLatency } from './measure-latency.ts';
import { runSource } from './run-source.ts';

const settings = {
  latency_changes_per_s: 500,
  latency_seconds: 15,
  backlog_changes: 50_000,
  apply_changes_per_s: 50,
  apply_seconds: 15,
  transaction_rows: 1_000_000,
  row_bytes: 200,
  max_in_flight: 128,
  rows: 500,
  fsync: true,
  node: process.version,
  node_options: boundedMemory('changes-source')['NODE_OPTIONS'] ?? '',
} as const;

export type CdcSettings = typeof settings;

/**
 * changes-source and renderer on a PostgreSQL of their own.
 *
 * - `p50_ms`, `p99_ms`: from the commit (its own time stamp in the log) to the sink's 202, at 500 single commits/s
 * - `events_per_s`: 50,000 changes of 5,000 transactions that wait in the slot, into a sink that accepts at once
 * - `apply_p50_ms`, `apply_p99_ms`: from the commit, as its writer sees it, to the custom resource's watch event, at
 *   50 commits/s through source, broker, renderer and the development cluster
 * - `peak_rss_mb`: of the source through one transaction of a million rows; measured once, because it takes minutes
 */
export const cdcBenchmark: Benchmark = {
  name: 'cdc',
  rounds: 3,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    // The image has bundles; without this the figures would hold the TypeScript compiler, 20 MB.
    const compileCache = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
    const environment = { NODE_COMPILE_CACHE: compileCache, NODE_OPTIONS: settings.node_options };
    let memory: Measures | undefined;
    const context = { database, settings, environment };
    // Fills the compile cache, so that the first round is like the others.
    await runSource(context, { transactions: 1, rowsEach: 1 });
    return {
      variants: {
        latency: () => measureLatency(context),
        backlog: () => measureBacklog(context),
        apply: () => measureApply(context),
        memory: async () => {
          memory ??= await runSource(context, { transactions: 1, rowsEach: settings.transaction_rows });
          return memory;
        },
      },
      close: async () => {
        await database.close();
        rmSync(compileCache, { recursive: true, force: true });
      },
    };
  },
  figures: ({ latency, backlog, apply, memory }) => ({
    p50_ms: latency?.['p50_ms'] ?? Number.NaN,
    p99_ms: latency?.['p99_ms'] ?? Number.NaN,
    events_per_s: backlog?.['events_per_s'] ?? Number.NaN,
    cpu_us_per_event: backlog?.['cpu_us_per_event'] ?? Number.NaN,
    apply_p50_ms: apply?.['p50_ms'] ?? Number.NaN,
    apply_p99_ms: apply?.['p99_ms'] ?? Number.NaN,
    peak_rss_mb: memory?.['peak_rss_mb'] ?? Number.NaN,
    transaction_events_per_s: memory?.['events_per_s'] ?? Number.NaN,
  }),
};
