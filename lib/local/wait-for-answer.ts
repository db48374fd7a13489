import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;

/**
 * Resolves when the URL answers 2xx.
 * @throws after `timeoutMs` with the last answer, or when the signal aborts.
 */
export async function waitForAnswer(
  url: string,
  options: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly headers?: Record<string, string>;
  },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  let last = 'no answer';
  for (;;) {
    options.signal.throwIfAborted();
    try {
      const answer = await fetch(url, {
        headers: options.headers ?? {},
        signal: AbortSignal.any([options.signal, AbortSignal.timeout(5_000)]),
      });
      const text = await answer.text();
      if (answer.ok) return;
      last = `${answer.status} ${text.trim().slice(0, 200)}`;
    } catch (error) {
      // Refused while the process starts; anything else shows in the message when the time is over.
      last = describe(error);
    }
    if (performance.now() > deadline) {
      throw new Error(`Cannot reach ${url}: ${last} after ${options.timeoutMs / 1_000} s, expected 2xx`);
    }
    await delay(pollMs, undefined, { signal: options.signal });
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
