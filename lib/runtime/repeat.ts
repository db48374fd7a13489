import { sleep } from './sleep.ts';

/**
 * Does something now and then until the signal aborts: one after the other, never overlapping.
 * What the work throws goes to `onError` and does not end the repetition.
 */
export async function repeat(
  work: () => void | Promise<void>,
  options: {
    readonly everyMs: () => number;
    readonly signal: AbortSignal;
    readonly onError: (error: unknown) => void;
  },
): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    try {
      await sleep(options.everyMs(), signal);
      await work();
    } catch (error) {
      if (!signal.aborted) options.onError(error);
    }
  }
}
