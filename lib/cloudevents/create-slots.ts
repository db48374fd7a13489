/** A fixed number of places that work takes and gives back, handed out in the order of asking. */
export type Slots = {
  /** Resolves with the function that gives the place back; rejects with the signal's reason. */
  readonly take: (signal?: AbortSignal) => Promise<() => void>;
  readonly taken: () => number;
  readonly waiting: () => number;
};

export function createSlots(count: number): Slots {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot create slots: ${count}, expected a whole number from 1`);
  }
  let taken = 0;
  const waiters = new Set<() => void>();

  const release = () => {
    const [next] = waiters;
    // A place that is passed on stays taken, or a newcomer could overtake those who wait.
    if (next === undefined) taken -= 1;
    else {
      waiters.delete(next);
      next();
    }
  };
  const once = () => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      release();
    };
  };

  return {
    take: (signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      if (taken < count) {
        taken += 1;
        return Promise.resolve(once());
      }
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiters.delete(waiter);
          reject(signal?.reason);
        };
        const waiter = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(once());
        };
        waiters.add(waiter);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    taken: () => taken,
    waiting: () => waiters.size,
  };
}
