import { freePort } from '../../../lib/local/free-port.ts';
import type { Measures } from '../benchmark.ts';
import { startFunction } from '../run-process.ts';

/** The first question of each user to a presenter that was just started. */
export async function measureColdRights(options: {
  readonly environment: Readonly<Record<string, string>>;
  readonly path: string;
  readonly tokens: readonly Promise<string>[];
}): Promise<Measures> {
  const port = await freePort();
  const presenter = await startFunction('resources-presenter', {
    ...options.environment,
    PORT: String(port),
  });
  try {
    const times: number[] = [];
    for (const token of await Promise.all(options.tokens)) {
      const startedAtMs = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${options.path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { count } = (await answer.json()) as { count?: number };
      times.push(performance.now() - startedAtMs);
      if (!count)
        throw new Error(`Cannot measure rights: ${answer.status} with ${count} items, expected some`);
    }
    times.sort((a, b) => a - b);
    return { p50_ms: times[Math.floor(times.length / 2)] ?? Number.NaN, max_ms: times.at(-1) ?? Number.NaN };
  } finally {
    await presenter.stop();
  }
}
