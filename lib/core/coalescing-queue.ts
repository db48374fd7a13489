/**
 * Runs one job per key at a time. Requests for a key whose job is running wait for one further job that serves
 * them all: the job reads the state by itself, so one run after the last request is enough.
 *
 * Bounds: `concurrency` jobs run, at most `maxKeys` keys have a job running or waiting.
 */
export type CoalescingQueue<Request, Result> = {
  /** Resolves with the result of a job that began after this call. `full` where the bound is reached. */
  readonly submit: (key: string, request: Request) => Promise<Result> | 'full';
  readonly running: () => number;
  readonly waiting: () => number;
  /** Resolves when nothing runs or waits. */
  readonly drained: () => Promise<void>;
};

type Entry<Request, Result> = {
  running: boolean;
  next: { request: Request; readonly done: PromiseWithResolvers<Result> } | undefined;
};

export function createCoalescingQueue<Request, Result>(options: {
  readonly concurrency: number;
  readonly maxKeys: number;
  /** One request that asks for all that both ask for. */
  readonly merge: (a: Request, b: Request) => Request;
  readonly run: (key: string, request: Request) => Promise<Result>;
}): CoalescingQueue<Request, Result> {
  const entries = new Map<string, Entry<Request, Result>>();
  // Keys whose next job can start, in the order they came.
  const ready = new Set<string>();
  let running = 0;
  let drainWaiters: (() => void)[] = [];

  const startReady = (): void => {
    for (const key of ready) {
      if (running >= options.concurrency) return;
      ready.delete(key);
      void start(key);
    }
  };

  const start = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    const job = entry?.next;
    if (entry === undefined || job === undefined) return;
    entry.next = undefined;
    entry.running = true;
    running += 1;
    try {
      job.done.resolve(await options.run(key, job.request));
    } catch (error) {
      job.done.reject(error);
    }
    running -= 1;
    entry.running = false;
    if (entry.next === undefined) entries.delete(key);
    else ready.add(key);
    startReady();
    if (entries.size > 0) return;
    const waiters = drainWaiters;
    drainWaiters = [];
    for (const resolve of waiters) resolve();
  };

  return {
    submit: (key, request) => {
      const entry = entries.get(key);
      if (entry?.next !== undefined) {
        entry.next.request = options.merge(entry.next.request, request);
        return entry.next.done.promise;
      }
      const next = { request, done: Promise.withResolvers<Result>() };
      if (entry !== undefined) {
        entry.next = next;
        return next.done.promise;
      }
      if (entries.size >= options.maxKeys) return 'full';
      entries.set(key, { running: false, next });
      ready.add(key);
      startReady();
      return next.done.promise;
    },
    running: () => running,
    waiting: () => entries.size - running,
    drained: async () => {
      if (entries.size === 0) return;
      await new Promise<void>((resolve) => {
        drainWaiters.push(resolve);
      });
    },
  };
}
