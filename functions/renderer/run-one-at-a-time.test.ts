import { describe, expect, it } from 'vitest';
import { runOneAtATime } from './run-one-at-a-time.ts';

function setUp() {
  const runs: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const pauses: PromiseWithResolvers<void>[] = [];
  const single = runOneAtATime(
    () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    {
      onError: (error) => errors.push(error),
      pause: () => {
        const pause = Promise.withResolvers<void>();
        pauses.push(pause);
        return pause.promise;
      },
    },
  );
  return { single, runs, errors, pauses };
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

  it('asks for itself again, after a pause, until it succeeds or there is no use in it', async () => {
    const { single, runs, pauses } = setUp();
    single.request();
    for (const failed of [0, 1]) {
      runs[failed]?.reject(new Error('not now'));
      await settle();
      expect(pauses.length).toBe(failed + 1);
      pauses[failed]?.resolve();
      await settle();
      expect(runs.length).toBe(failed + 2);
    }
    runs[2]?.resolve();
    await single.idle();
    expect(pauses.length).toBe(2);

    single.request();
    runs[3]?.reject(new Error('not now'));
    await settle();
    pauses[2]?.reject(new Error('stopping'));
    await settle();
    expect(runs.length).toBe(4);
  });

  it('does not ask again where somebody else did with success during the pause', async () => {
    const { single, runs, pauses } = setUp();
    single.request();
    runs[0]?.reject(new Error('not now'));
    await settle();
    single.request();
    runs[1]?.resolve();
    await single.idle();
    pauses[0]?.resolve();
    await settle();
    expect(runs.length).toBe(2);
  });
});
