import { describe, expect, it } from 'vitest';
import { runOneAtATime } from './run-one-at-a-time.ts';

function setUp() {
  const runs: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const single = runOneAtATime(
    () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    (error) => errors.push(error),
  );
  return { single, runs, errors };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('runOneAtATime()', () => {
  it('serves all who ask during a run with one further run', async () => {
    const { single, runs } = setUp();
    const first = single.run();
    const second = single.run();
    single.request();
    expect(runs.length).toBe(1);
    runs[0]?.resolve();
    await first;
    await settle();
    expect(runs.length).toBe(2);
    runs[1]?.resolve();
    await second;
    await single.idle();
    expect(runs.length).toBe(2);
  });

  it('goes on after a failure, which it tells to whoever asked', async () => {
    const { single, runs, errors } = setUp();
    const first = single.run();
    single.request();
    runs[0]?.reject(new Error('one'));
    await expect(first).rejects.toThrow('one');
    await settle();
    runs[1]?.reject(new Error('two'));
    await single.idle();
    await settle();
    expect(errors).toEqual([new Error('two')]);
    const third = single.run();
    runs[2]?.resolve();
    await third;
  });
});
