import type { Measures } from '../benchmark.ts';
import { commitSteadily, insertAppConfigs } from '../cdc/commit-steadily.ts';
import { startRoad } from '../cdc/start-road.ts';
import { peakRssMb } from '../cdc/start-source.ts';
import { readObjects } from './read-objects.ts';
import type { RenderingContext } from './rendering-benchmark.ts';
import { countWrong, untilSettled } from './settled.ts';

/** Single commits at a steady rate, more than can be rendered one by one, until the last of each row is applied. */
export async function measureSteady(context: RenderingContext): Promise<Measures> {
  const { settings } = context;
  const databaseUrl = await context.database.fresh();
  const road = await startRoad(context, {
    databaseUrl,
    beforeSource: () => insertAppConfigs(databaseUrl, settings.steady_rows),
  });
  try {
    await untilSettled(context, databaseUrl);
    const startedAtMs = performance.now();
    await commitSteadily(databaseUrl, {
      rows: settings.steady_rows,
      perSecond: settings.steady_commits_per_s,
      seconds: settings.steady_seconds,
      onCommitted: () => {},
    });
    const committedAtMs = performance.now();
    await untilSettled(context, databaseUrl);
    const settledAtMs = performance.now();
    const commits = settings.steady_commits_per_s * settings.steady_seconds;
    return {
      commits_per_s: (commits * 1_000) / (committedAtMs - startedAtMs),
      settled_s: (settledAtMs - committedAtMs) / 1_000,
      wrong: await countWrong(databaseUrl, await readObjects(road.kubeconfig)),
      rss_mb: peakRssMb(road.sourcePid),
    };
  } finally {
    await road.stop();
  }
}
