import type { Log } from './log.ts';
import { sleep } from './sleep.ts';

/** Waits between attempts: short at first, since dependencies usually come up within seconds. */
const waitMs = { first: 250, most: 10_000 };

/**
 * Tries until it works, with full jitter between, and says so in the log. For what a function cannot do without at
 * its start; probes answer "not ready" meanwhile.
 * @throws the signal's reason
 */
export async function untilItWorks<T>(
  what: string,
  work: () => Promise<T>,
  options: { readonly log: Log; readonly signal: AbortSignal; readonly random: () => number },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      const bound = Math.min(waitMs.most, waitMs.first * 2 ** Math.min(attempt, 16));
      const pauseMs = Math.ceil(options.random() * bound);
      options.log.warn({ err: error, attempt, pauseMs }, `Cannot ${what} yet`);
      await sleep(pauseMs, options.signal);
    }
  }
}
