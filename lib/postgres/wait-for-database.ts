import { setTimeout as delay } from 'node:timers/promises';
import { classifyError } from './classify-error.ts';

/**
 * Waits until the database answers, at first 1 s between tries, doubling to 30 s.
 * @param options.query any statement; it also may test that the schema is there
 * @throws when `timeoutMs` have passed: "Cannot reach PostgreSQL within 240 s: connect ECONNREFUSED…", with the
 * last error as its cause; at once for an error that no waiting mends: "Cannot use PostgreSQL: permission denied…"
 */
export async function waitForDatabase(options: {
  readonly query: () => Promise<unknown>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onRetry: (error: unknown, delayMs: number) => void;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}): Promise<void> {
  const nowMs = options.nowMs ?? (() => performance.now());
  const sleep = options.sleep ?? ((ms) => delay(ms, undefined, { signal: options.signal }));
  const deadlineMs = nowMs() + options.timeoutMs;
  for (let delayMs = 1_000; ; delayMs = Math.min(delayMs * 2, 30_000)) {
    try {
      await options.query();
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      if (classifyError(error) === 'unknown') {
        throw new Error(`Cannot use PostgreSQL: ${reason(error)}`, { cause: error });
      }
      const leftMs = Math.ceil(deadlineMs - nowMs());
      if (leftMs <= 0) {
        const seconds = Math.round(options.timeoutMs / 1_000);
        throw new Error(`Cannot reach PostgreSQL within ${seconds} s: ${reason(error)}`, { cause: error });
      }
      const waitMs = Math.min(delayMs, leftMs);
      options.onRetry(error, waitMs);
      await sleep(waitMs);
    }
  }
}

/** connect() to a name with several addresses fails with an AggregateError whose own message is empty. */
function reason(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reason).join('; ');
  return error instanceof Error ? error.message : String(error);
}
