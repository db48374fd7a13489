import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { runBenchmark } from './run-benchmark.ts';

/** Each benchmark is loaded only when it is asked for: some need what others do not. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  read: async () => (await import('./read/read-benchmark.ts')).readBenchmark,
  stream: async () => (await import('./stream/stream-benchmark.ts')).streamBenchmark,
  cdc: async () => (await import('./cdc/cdc-benchmark.ts')).cdcBenchmark,
  rendering: async () => (await import('./rendering/rendering-benchmark.ts')).renderingBenchmark,
  wal: async () => (await import('./wal/wal-benchmark.ts')).walBenchmark,
  coldstart: async () => (await import('./coldstart/coldstart-benchmark.ts')).coldstartBenchmark,
  restart: async () => (await import('./restart/restart-benchmark.ts')).restartBenchmark,
  watch: async () => (await import('./watch/watch-benchmark.ts')).watchBenchmark,
  ack: async () => (await import('./ingest/ack-benchmark.ts')).ackBenchmark,
  latency: async () => (await import('./latency/latency-benchmark.ts')).latencyBenchmark,
  ingest: async () => (await import('./ingest/ingest-benchmark.ts')).ingestBenchmark,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const [name = ''] = positionals;
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (load === undefined || positionals.length !== 1) {
  process.stderr.write(`Usage: npm run bench -- <${Object.keys(benchmarks).join('|')}> [--json]\n`);
  process.exit(2);
}

const benchmark = await load();
process.stdout.write(`${name}: ${JSON.stringify(benchmark.settings)}\n`);
const result = await runBenchmark(benchmark, (index, round) => {
  process.stdout.write(`round ${index + 1} (${round.order.join(', ')}): ${JSON.stringify(round.figures)}\n`);
});
process.stdout.write(`median: ${JSON.stringify(result.figures)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
