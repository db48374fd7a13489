/** What all reflectors of a process go through before they bother the API server. */
export type RequestGate = {
  /** Waits for a token of the rate limit. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /** Waits for one of the few places for lists; resolves with the function that gives it back. */
  readonly beginList: (signal: AbortSignal) => Promise<() => void>;
  /**
   * Waits before an attempt is made again. A wait because the API server was gone ends early once any other
   * attempt reached it: after an outage one probes for all, and the rate limit spreads the rest.
   */
  readonly backOff: (ms: number, end: string, signal: AbortSignal) => Promise<void>;
  /** Tells that the API server has answered. */
  readonly reached: () => void;
};

export type RequestGateOptions = {
  /** client-go allows 5 and 10 by default, kubectl and controllers usually raise it to this. */
  readonly tokensPerSecond: number;
  readonly burst: number;
  /** A list takes up to 10 of the seats that API Priority and Fairness gives to all service accounts. */
  readonly maxLists: number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

export const defaultGateLimits = { tokensPerSecond: 20, burst: 40, maxLists: 4 } as const;

export function createRequestGate(options: RequestGateOptions): RequestGate {
  const { nowMs, sleep } = options;
  const msPerToken = 1_000 / options.tokensPerSecond;
  // Time at which the bucket would be full again; a token moves it on (generic cell rate algorithm).
  let fullAtMs = Number.NEGATIVE_INFINITY;
  let lists = 0;
  const listWaiters: (() => void)[] = [];
  const outageWaiters = new Set<() => void>();

  const releaseList = () => {
    const next = listWaiters.shift();
    if (next === undefined) lists -= 1;
    else next();
  };

  return {
    pass: async (signal) => {
      const now = nowMs();
      const atMs = Math.max(fullAtMs, now) + msPerToken;
      const waitMs = atMs - now - options.burst * msPerToken;
      fullAtMs = atMs;
      if (waitMs > 0) await sleep(waitMs, signal);
    },
    beginList: async (signal) => {
      signal.throwIfAborted();
      if (lists < options.maxLists) lists += 1;
      else await waitFor(signal, listWaiters);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        releaseList();
      };
    },
    backOff: async (ms, end, signal) => {
      if (end !== 'lost') {
        await sleep(ms, signal);
        return;
      }
      signal.throwIfAborted();
      const early = new AbortController();
      const wake = () => early.abort();
      outageWaiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      try {
        await sleep(ms, early.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!early.signal.aborted) throw error;
      } finally {
        outageWaiters.delete(wake);
        signal.removeEventListener('abort', wake);
      }
    },
    reached: () => {
      for (const wake of outageWaiters) wake();
    },
  };
}

function waitFor(signal: AbortSignal, waiters: (() => void)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      const index = waiters.indexOf(admit);
      if (index !== -1) waiters.splice(index, 1);
      reject(signal.reason);
    };
    const admit = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    waiters.push(admit);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
