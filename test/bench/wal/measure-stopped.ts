import { setTimeout as delay } from 'node:timers/promises';
import type { Measures } from '../benchmark.ts';
import { commitSteadily, insertAppConfigs } from '../cdc/commit-steadily.ts';
import { startCountingSink, startSource } from '../cdc/start-source.ts';
import { slotRetention, writeNoise } from './slot-retention.ts';
import type { WalContext } from './wal-benchmark.ts';

const tables = 'public.app_configs=io.kubemirror.appconfig.changed';
const rows = 500;
const perSecond = 1_000;
/** What has not come by then never will. */
const timeoutMs = 60_000;

/** Changes go on while no source runs; the next one delivers them. */
export async function measureStopped(context: WalContext): Promise<Measures> {
  const { settings } = context;
  const databaseUrl = await context.database.fresh();
  await context.database.query(databaseUrl, 'create table noise (filling text)');
  await insertAppConfigs(databaseUrl, rows);
  const sink = await startCountingSink();
  const options = { databaseUrl, sinkUrl: sink.url, tables };
  try {
    await (await startSource(context, options)).stop();
    await sink.forget();
    const seconds = settings.stopped_changes / perSecond;
    await commitSteadily(databaseUrl, { rows, perSecond, seconds, onCommitted: () => {} });
    await writeNoise(context, databaseUrl, settings.stopped_noise_mb);
    const { retainedMb } = await slotRetention(context, databaseUrl);

    const startedAtMs = performance.now();
    const source = await startSource(context, options);
    let counts = await sink.counts();
    while (counts.distinct < settings.stopped_changes && performance.now() < startedAtMs + timeoutMs) {
      await delay(50);
      counts = await sink.counts();
    }
    const resumedInS = (performance.now() - startedAtMs) / 1_000;
    await source.stop();
    return {
      stopped_retained_mb: retainedMb,
      missing: settings.stopped_changes - counts.distinct,
      repeated: counts.arrivals - counts.distinct,
      resumed_in_s: resumedInS,
    };
  } finally {
    await sink.stop();
  }
}
