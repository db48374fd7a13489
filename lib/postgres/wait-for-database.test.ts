import { expect, it } from 'vitest';
import { waitForDatabase } from './wait-for-database.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Time passes only by sleeping. */
function run(query: () => Promise<unknown>, timeoutMs: number, signal = new AbortController().signal) {
  let nowMs = 0;
  const delays: number[] = [];
  const done = waitForDatabase({
    query,
    timeoutMs,
    signal,
    onRetry: (_, delayMs) => delays.push(delayMs),
    nowMs: () => nowMs,
    sleep: async (ms) => {
      signal.throwIfAborted();
      nowMs += ms;
    },
  });
  return { delays, done };
}

it('waitForDatabase() backs off from 1 s to 30 s until the database answers', async () => {
  let tries = 0;
  const { delays, done } = run(async () => {
    tries += 1;
    if (tries < 8) throw refused;
  }, 240_000);
  await done;
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('waitForDatabase() gives up after its time and says why', async () => {
  const { delays, done } = run(() => Promise.reject(refused), 10_000);
  await expect(done).rejects.toThrow('Cannot reach PostgreSQL within 10 s: connect ECONNREFUSED');
  expect(delays.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);
});

it('waitForDatabase() gives up at once where waiting cannot help', async () => {
  const { delays, done } = run(() => Promise.reject(new TypeError('bad options')), 10_000);
  await expect(done).rejects.toThrow('Cannot use PostgreSQL: bad options');
  expect(delays).toEqual([]);
});

it('waitForDatabase() stops waiting when it is told to', async () => {
  const stopping = new AbortController();
  const { done } = run(
    () => {
      stopping.abort();
      return Promise.reject(refused);
    },
    10_000,
    stopping.signal,
  );
  await expect(done).rejects.toThrow('aborted');
});
