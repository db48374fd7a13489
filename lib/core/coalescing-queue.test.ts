import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCoalescingQueue } from './coalescing-queue.ts';

function recordingQueue(concurrency = 2, maxKeys = 100) {
  const jobs: {
    key: string;
    request: number[];
    finish: (result: string) => void;
    fail: (e: Error) => void;
  }[] = [];
  const started: string[] = [];
  const running = new Map<string, number>();
  const queue = createCoalescingQueue<number[], string>({
    concurrency,
    maxKeys,
    merge: (a, b) => [...a, ...b],
    run: (key, request) => {
      started.push(key);
      running.set(key, (running.get(key) ?? 0) + 1);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      jobs.push({ key, request, finish: resolve, fail: reject });
      return promise.finally(() => running.set(key, (running.get(key) ?? 0) - 1));
    },
  });
  return { queue, jobs, started, running };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('createCoalescingQueue()', () => {
  it('serves all requests that came while a job ran with one further job', async () => {
    const { queue, jobs } = recordingQueue();
    const first = queue.submit('a', [1]);
    const second = queue.submit('a', [2]);
    const third = queue.submit('a', [3]);
    expect(jobs.map(({ request }) => request)).toEqual([[1]]);
    jobs[0]?.finish('one');
    await settle();
    expect(jobs.map(({ request }) => request)).toEqual([[1], [2, 3]]);
    jobs[1]?.finish('two');
    expect(await Promise.all([first, second, third])).toEqual(['one', 'two', 'two']);
    await queue.drained();
  });

  it('runs no key twice at a time, none more than allowed, and serves every request after it came', async () => {
    const submissions = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(submissions, fc.infiniteStream(fc.nat()), async (keys, choices) => {
        const { queue, jobs, running } = recordingQueue(2);
        const results: Promise<string>[] = [];
        const served = new Set<number>();
        let finished = 0;
        const finishOne = async () => {
          const open = jobs.slice();
          const job = open[Number(choices.next().value) % Math.max(1, open.length)];
          if (job === undefined) return;
          jobs.splice(jobs.indexOf(job), 1);
          for (const number of job.request) served.add(number);
          job.finish('ok');
          finished += 1;
          await settle();
        };
        for (const [number, key] of keys.entries()) {
          const result = queue.submit(key, [number]);
          if (result !== 'full') results.push(result);
          expect(queue.running()).toBeLessThanOrEqual(2);
          expect(Math.max(0, ...running.values())).toBeLessThanOrEqual(1);
          if (Number(choices.next().value) % 3 === 0) await finishOne();
        }
        while (queue.running() > 0) await finishOne();
        await Promise.all(results);
        expect(served.size).toBe(keys.length);
        expect(finished).toBeLessThanOrEqual(keys.length);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a new key at its bound, but not a known one', () => {
    const { queue } = recordingQueue(1, 2);
    void queue.submit('a', [1]);
    void queue.submit('b', [2]);
    expect(queue.submit('c', [3])).toBe('full');
    expect(queue.submit('b', [4])).not.toBe('full');
  });

  it('tells a failure to those whom the job served, and goes on', async () => {
    const { queue, jobs } = recordingQueue();
    const failing = queue.submit('a', [1]);
    const next = queue.submit('a', [2]);
    jobs[0]?.fail(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    jobs[1]?.finish('ok');
    await expect(next).resolves.toBe('ok');
  });
});
