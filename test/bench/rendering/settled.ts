import { setTimeout as delay } from 'node:timers/promises';
import { compareRendering, type Rendered } from '../../chaos/renderer/compare-rendering.ts';
import { readConfigs } from '../../chaos/renderer/read-configs.ts';
import type { RenderingContext } from './rendering-benchmark.ts';

/** Longer than anything that is measured here may take. */
const timeoutMs = 180_000;

/** Resolves when every row has its outcome; on a slow machine late rather than never. */
export async function untilSettled(context: RenderingContext, databaseUrl: string): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const { rows } = await context.database.query(
      databaseUrl,
      `select 1 from app_config_status s join app_configs c using (id)
       where s.phase <> 'applied' or s.observed_generation <> c.generation limit 1`,
    );
    if (rows.length === 0 || performance.now() > deadlineMs) return;
    await delay(100);
  }
}

/** How many rows and objects do not agree. */
export async function countWrong(databaseUrl: string, rendered: readonly Rendered[]): Promise<number> {
  const { rows, unsettled } = await readConfigs(databaseUrl);
  const differences = Object.values(compareRendering(rows, rendered)).map((list) => list.length);
  return differences.reduce((sum, count) => sum + count, unsettled.length);
}
