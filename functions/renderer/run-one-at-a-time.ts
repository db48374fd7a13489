/** A job that many may ask for and that never overlaps itself. */
export type SingleRun = {
  /** Resolves when a run that began after this call has ended; rejects with its failure. */
  readonly run: () => Promise<void>;
  /** Asks for a run and does not wait for it. */
  readonly request: () => void;
  /** Resolves when nothing runs or is asked for. */
  readonly idle: () => Promise<void>;
};

export type SingleRunOptions = {
  /** Gets failures of runs that nobody waits for. */
  readonly onError: (error: unknown) => void;
  /** Waits before a run that failed is asked for again by itself; rejects when that is no use any more. */
  readonly pause: (failures: number) => Promise<void>;
};

/** What has failed is asked for again until a run succeeds, whoever asked for it: nobody else would for a long time. */
export function runOneAtATime(work: () => Promise<void>, options: SingleRunOptions): SingleRun {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let failures = 0;
  let isPausing = false;

  const start = (): Promise<void> => {
    running = attempt().finally(() => {
      running = undefined;
    });
    return running;
  };
  const attempt = async (): Promise<void> => {
    try {
      await work();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isPausing) void retryLater();
      throw error;
    }
  };
  const retryLater = async (): Promise<void> => {
    isPausing = true;
    const goesOn = await options.pause(failures).then(
      () => true,
      () => false,
    );
    isPausing = false;
    if (goesOn && failures > 0) request();
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
  const request = (): void => {
    run().catch(options.onError);
  };
  return {
    run,
    request,
    idle: async () => {
      while (running !== undefined || next !== undefined) {
        await Promise.allSettled([running, next]);
      }
    },
  };
}
