import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundedMemory } from '../../../lib/local/function-plan.ts';
import type { Benchmark } from '../benchmark.ts';
import { runForJson, startHelper } from '../run-process.ts';
import { podText } from './pod-template.ts';

const settings = {
  objects: 100_000,
  changes: 200_000,
  bytes: podText(0, 1).length,
  tls: false,
  max_in_flight: 128,
  node: process.version,
  /** Those of the Deployment. */
  ...boundedMemory('resources-watcher'),
};

/**
 * resources-watcher over 100,000 listed objects and 200,000 watched changes, into a sink that acknowledges at
 * once: without sending anything, and with HTTP. `cpu_us_per_change` counts from the first change on.
 */
export const watchBenchmark: Benchmark = {
  name: 'watch',
  rounds: 3,
  settings,
  open: async () => {
    const compileCache = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
    const shared = { BENCH_OBJECTS: String(settings.objects), BENCH_CHANGES: String(settings.changes) };
    const api = await startHelper(new URL('./serve-pods.ts', import.meta.url), shared);
    const sink = await startHelper(new URL('./take-events.ts', import.meta.url), shared);
    const follow = (sinkPort: number) =>
      runForJson<Record<string, number>>(new URL('./follow-pods.ts', import.meta.url), {
        ...shared,
        BENCH_API_PORT: String(api.port),
        BENCH_SINK_PORT: String(sinkPort),
        ...boundedMemory('resources-watcher'),
        // The image has bundles; without this the figures would hold the TypeScript compiler, 25 MB.
        NODE_COMPILE_CACHE: compileCache,
      });
    return {
      variants: {
        without_sending: () => follow(0),
        with_sending: () => follow(sink.port),
      },
      close: async () => {
        await api.stop();
        await sink.stop();
        rmSync(compileCache, { recursive: true, force: true });
      },
    };
  },
  figures: ({ without_sending: without, with_sending: sending }) => ({
    peak_rss_mb: without?.['peak_rss_mb'] ?? Number.NaN,
    cpu_us_per_change: without?.['cpu_us_per_change'] ?? Number.NaN,
    changes_per_s: without?.['changes_per_s'] ?? Number.NaN,
    list_seconds: without?.['list_seconds'] ?? Number.NaN,
    sending_peak_rss_mb: sending?.['peak_rss_mb'] ?? Number.NaN,
    sending_cpu_us_per_change: sending?.['cpu_us_per_change'] ?? Number.NaN,
    sending_changes_per_s: sending?.['changes_per_s'] ?? Number.NaN,
    sending_list_seconds: sending?.['list_seconds'] ?? Number.NaN,
  }),
};
