import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits.
 * @throws the signal's own reason when it aborts meanwhile
 */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
