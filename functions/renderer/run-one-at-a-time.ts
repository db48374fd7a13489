/** A job that many may ask for and that never overlaps itself. */
export type SingleRun = {
  /** Resolves when a run that began after this call has ended; rejects with its failure. */
  readonly run: () => Promise<void>;
  /** Asks for a run and does not wait for it. */
  readonly request: () => void;
  /** Resolves when nothing runs or is asked for. */
  readonly idle: () => Promise<void>;
};

/** @param onError gets failures of runs that nobody waits for */
export function runOneAtATime(work: () => Promise<void>, onError: (error: unknown) => void): SingleRun {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const run = (): Promise<void> => {
    if (running === undefined) return start();
    // Whoever asks while it runs gets the next run, and shares it.
    next ??= running
      .catch(() => {
        // Told to those who asked for that one.
      })
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
  return {
    run,
    request: () => {
      run().catch(onError);
    },
    idle: async () => {
      while (running !== undefined || next !== undefined) {
        await Promise.allSettled([running, next]);
      }
    },
  };
}
