import { setTimeout as delay } from 'node:timers/promises';
import type { Measures } from '../benchmark.ts';
import type { CdcContext } from './cdc-context.ts';
import { commitSteadily, insertAppConfigs } from './commit-steadily.ts';
import { startCountingSink, startSource } from './start-source.ts';

const tables = 'public.app_configs=io.kubemirror.appconfig.changed';
const warmUpSeconds = 3;

/** From each commit to the acknowledgement of the sink, at a steady rate of single commits. */
export async function measureLatency(context: CdcContext): Promise<Measures> {
  const { settings } = context;
  const databaseUrl = await context.database.fresh();
  await insertAppConfigs(databaseUrl, settings.rows);
  const sink = await startCountingSink();
  const source = await startSource(context, { databaseUrl, sinkUrl: sink.url, tables });
  const load = { rows: settings.rows, perSecond: settings.latency_changes_per_s, onCommitted: () => {} };
  await commitSteadily(databaseUrl, { ...load, seconds: warmUpSeconds });
  await delay(500);
  await sink.forget();
  await commitSteadily(databaseUrl, { ...load, seconds: settings.latency_seconds });
  const total = settings.latency_changes_per_s * settings.latency_seconds;
  let counts = await sink.counts();
  while (counts.arrivals < total) {
    await delay(50);
    counts = await sink.counts();
  }
  await source.stop();
  await sink.stop();
  return { p50_ms: counts.p50_ms, p99_ms: counts.p99_ms, changes_per_s: total / counts.seconds };
}
