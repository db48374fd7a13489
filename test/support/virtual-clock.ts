/** Time that passes only when a test says so; whoever sleeps wakes in the order of time. */
export type VirtualClock = {
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Lets time pass in steps from sleeper to sleeper, and everything else finish in between. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the condition holds. @throws when it does not within `withinMs` */
  readonly until: (condition: () => boolean, withinMs?: number) => Promise<void>;
};

export function createVirtualClock(startMs = 1_000_000): VirtualClock {
  let now = startMs;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  const step = async (untilMs: number): Promise<boolean> => {
    await settle();
    let next: { readonly atMs: number; readonly wake: () => void } | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.atMs <= untilMs && (next === undefined || sleeper.atMs < next.atMs)) next = sleeper;
    }
    if (next === undefined) return false;
    sleepers.delete(next);
    now = Math.max(now, next.atMs);
    next.wake();
    await settle();
    return true;
  };

  return {
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper = {
          atMs: now + ms,
          wake: () => {
            signal.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
      }),
    advance: async (ms) => {
      const target = now + ms;
      while (await step(target));
      now = target;
    },
    until: async (condition, withinMs = 3_600_000) => {
      const deadline = now + withinMs;
      await settle();
      while (!condition()) {
        if (!(await step(deadline))) {
          throw new Error(`Cannot go on: the condition did not hold within ${withinMs} ms of virtual time`);
        }
      }
    },
  };
}

/** Everything that is not waiting for time runs to where it is. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
