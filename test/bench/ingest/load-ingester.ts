import { freePort } from '../../../lib/local/free-port.ts';
import type { Measures } from '../benchmark.ts';
import { runForJson, startFunction } from '../run-process.ts';

/** How much of what is sent, and how. */
export type Load = {
  readonly bytes: number;
  readonly inFlight: number;
  readonly events: number;
  readonly warmUp: number;
  readonly objects: number;
};

/** Variables by which the scripts of this folder learn what to make. */
export function loadEnvironment(load: Load): Record<string, string> {
  return {
    BENCH_EVENTS: String(load.events),
    BENCH_WARM_UP: String(load.warmUp),
    BENCH_OBJECTS: String(load.objects),
    BENCH_BYTES: String(load.bytes),
    BENCH_IN_FLIGHT: String(load.inFlight),
  };
}

/** Starts a resources-ingester, sends it the load from another process, and stops it. */
export async function loadIngester(
  databaseUrl: string,
  load: Load,
  environment: Readonly<Record<string, string>>,
): Promise<Measures> {
  const port = String(await freePort());
  const ingester = await startFunction('resources-ingester', {
    DATABASE_URL: databaseUrl,
    PORT: port,
    METRICS_PORT: '0',
    ...environment,
  });
  try {
    return await runForJson(new URL('./send-load.ts', import.meta.url), {
      ...loadEnvironment(load),
      BENCH_PORT: port,
    });
  } finally {
    await ingester.stop();
  }
}
