import { setTimeout as delay } from 'node:timers/promises';
import type { Measures } from '../benchmark.ts';
import { startCountingSink, startSource } from '../cdc/start-source.ts';
import { slotRetention, writeNoise } from './slot-retention.ts';
import type { WalContext } from './wal-benchmark.ts';

const tables = 'public.app_configs=io.kubemirror.appconfig.changed';
const quietMs = 15_000;

/** The followed table is idle while others are written, with a check-point now and then as a server has them. */
export async function measureIdle(context: WalContext): Promise<Measures> {
  const { settings } = context;
  const databaseUrl = await context.database.fresh();
  await context.database.query(databaseUrl, 'create table noise (filling text)');
  const sink = await startCountingSink();
  const source = await startSource(context, { databaseUrl, sinkUrl: sink.url, tables });
  try {
    const before = await slotRetention(context, databaseUrl);
    let most = 0;
    for (let second = 0; second < settings.noise_seconds; second += 1) {
      await writeNoise(context, databaseUrl, settings.noise_mb / settings.noise_seconds);
      if (second % 5 === 4) await context.database.query(databaseUrl, 'checkpoint');
      await delay(1_000);
      most = Math.max(most, (await slotRetention(context, databaseUrl)).retainedMb);
    }
    const after = await slotRetention(context, databaseUrl);
    await delay(quietMs);
    await context.database.query(databaseUrl, 'checkpoint');
    await delay(1_000);
    const end = await slotRetention(context, databaseUrl);
    return {
      written_mb: after.writtenMb - before.writtenMb,
      retained_max_mb: most,
      retained_end_mb: end.retainedMb,
      unconfirmed_end_mb: end.unconfirmedMb,
    };
  } finally {
    await source.stop();
    await sink.stop();
  }
}
