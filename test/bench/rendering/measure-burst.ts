import type { Measures } from '../benchmark.ts';
import { insertAppConfigs } from '../cdc/commit-steadily.ts';
import { startRoad } from '../cdc/start-road.ts';
import { peakRssMb } from '../cdc/start-source.ts';
import { readObjects } from './read-objects.ts';
import type { RenderingContext } from './rendering-benchmark.ts';
import { countWrong, untilSettled } from './settled.ts';

/** Many rows of one transaction, until all are custom resources. */
export async function measureBurst(context: RenderingContext): Promise<Measures> {
  const databaseUrl = await context.database.fresh();
  const road = await startRoad(context, { databaseUrl });
  try {
    await insertAppConfigs(databaseUrl, context.settings.burst_rows);
    const startedAtMs = performance.now();
    await untilSettled(context, databaseUrl);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const wrong = await countWrong(databaseUrl, await readObjects(road.kubeconfig));
    return { seconds, wrong, rss_mb: peakRssMb(road.sourcePid) };
  } finally {
    await road.stop();
  }
}
