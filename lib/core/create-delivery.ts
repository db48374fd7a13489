import type { CloudEvent } from './cloud-event.ts';

/** How one send ended; the event sink's outcome is of this form. */
export type DeliveryOutcome =
  | { readonly kind: 'accepted'; readonly reply?: CloudEvent }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'exhausted'; readonly status: number | undefined; readonly message: string };

export type DeliveryOptions = {
  readonly send: (event: CloudEvent, options: { readonly signal: AbortSignal }) => Promise<DeliveryOutcome>;
  readonly maxInFlight: number;
  /** Of the events in flight; a single larger one goes alone. */
  readonly maxInFlightBytes: number;
  /** Most events that are set aside because they fail while others get through. */
  readonly maxSetAside: number;
  /** Aborts when the process must end: what is under way then is given up and comes again after the restart. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly onReply: (reply: CloudEvent) => void;
  readonly observe: (event: DeliveryEvent) => void;
  /** A place has become free that nobody waits for. */
  readonly onRoom?: () => void;
};

export type DeliveryEvent =
  | { readonly kind: 'accepted'; readonly type: string }
  /** The sink will never take it (400 and the like): given up, with its reason. */
  | {
      readonly kind: 'refused';
      readonly event: CloudEvent;
      readonly status: number;
      readonly message: string;
    }
  /** The sink does not let us in, or is none (401, 403, 3xx): everything waits. */
  | { readonly kind: 'barred'; readonly status: number; readonly message: string }
  | { readonly kind: 'set-aside'; readonly id: string; readonly message: string };

export type Delivery = {
  /**
   * Takes an event over. Returns nothing when there was a free place, else a promise for when there is one:
   * whoever waits for it reads no more meanwhile.
   * @param bytes estimate of its size
   * @param arrived called once the sink has acknowledged it (or will never take it)
   */
  readonly deliver: (event: CloudEvent, bytes: number, arrived?: () => void) => void | Promise<void>;
  /** Whether an event of this size would be taken over at once. */
  readonly hasRoom: (bytes: number) => boolean;
  readonly inFlight: () => number;
  readonly waiting: () => number;
  readonly setAside: () => number;
  /** When the delivery that has been under way for longest began; `undefined` where none is. */
  readonly oldestSinceMs: () => number | undefined;
  /** Resolves when nothing is under way any more. */
  readonly drained: () => Promise<void>;
};

const pauseMs = { min: 5_000, max: 30_000 };

/** A sink that has just taken something is asked again for what it did not take, but not in a hot loop. */
const pauseAfterRecoveryMs = 1_000;

/**
 * Delivers events concurrently, with a bound on their number and their bytes, and never drops one that could
 * still arrive. What fails again and again while the sink is there is set aside and tried one at a time, so
 * that it does not block its neighbours; where there is no room aside it keeps its place and everything waits.
 */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { signal } = options;
  let inFlight = 0;
  let bytesInFlight = 0;
  const waiters: {
    readonly bytes: number;
    readonly admit: () => void;
    readonly reject: (reason: unknown) => void;
  }[] = [];
  const aside: { readonly event: CloudEvent; readonly arrived: (() => void) | undefined }[] = [];
  let retryingAside = false;
  let recovered = () => {};
  const idleWaiters: (() => void)[] = [];
  // In the order of their beginning, so that the first one is the oldest.
  const begun = new Map<object, number>();

  const fits = (bytes: number) =>
    inFlight === 0 || (inFlight < options.maxInFlight && bytesInFlight + bytes <= options.maxInFlightBytes);
  const hasRoom = (bytes: number) => waiters.length === 0 && fits(bytes);
  const occupy = (bytes: number) => {
    inFlight += 1;
    bytesInFlight += bytes;
  };
  const vacate = (bytes: number) => {
    inFlight -= 1;
    bytesInFlight -= bytes;
    for (let first = waiters[0]; first !== undefined && fits(first.bytes); first = waiters[0]) {
      waiters.shift();
      occupy(first.bytes);
      first.admit();
    }
    if (waiters.length === 0) options.onRoom?.();
    settleIdle();
  };
  const settleIdle = () => {
    if (inFlight > 0 || waiters.length > 0 || aside.length > 0) return;
    for (const resolve of idleWaiters.splice(0)) resolve();
  };
  const pause = () => options.sleep(pauseMs.min + options.random() * (pauseMs.max - pauseMs.min), signal);

  signal.addEventListener(
    'abort',
    () => {
      for (const waiter of waiters.splice(0)) waiter.reject(signal.reason);
      aside.length = 0;
      settleIdle();
    },
    { once: true },
  );

  /** Longer while nothing gets through, short once something did. */
  const pauseAside = async (): Promise<void> => {
    const early = new AbortController();
    const wake = () => early.abort();
    recovered = wake;
    signal.addEventListener('abort', wake, { once: true });
    try {
      await options.sleep(pauseAfterRecoveryMs, signal);
      await options.sleep(pauseMs.min + options.random() * (pauseMs.max - pauseMs.min), early.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!early.signal.aborted) throw error;
    } finally {
      recovered = () => {};
      signal.removeEventListener('abort', wake);
    }
  };

  const sendOnce = async (event: CloudEvent): Promise<DeliveryOutcome> => {
    try {
      return await options.send(event, { signal });
    } catch (error) {
      signal.throwIfAborted();
      // An event that cannot even be encoded: one object must not stop all others.
      return { kind: 'refused', status: 0, message: error instanceof Error ? error.message : String(error) };
    }
  };

  /** One send to its judgement: `done` when the event needs no further attempt. */
  const attempt = async (
    event: CloudEvent,
  ): Promise<{ readonly done: boolean; readonly message: string }> => {
    const outcome = await sendOnce(event);
    switch (outcome.kind) {
      case 'accepted':
        options.observe({ kind: 'accepted', type: event.type });
        if (outcome.reply !== undefined) options.onReply(outcome.reply);
        recovered();
        return { done: true, message: '' };
      case 'exhausted':
        return { done: false, message: outcome.message };
      case 'refused': {
        const { status, message } = outcome;
        if (status === 401 || status === 403 || (status >= 300 && status < 400)) {
          options.observe({ kind: 'barred', status, message });
          await pause();
          return attempt(event);
        }
        options.observe({ kind: 'refused', event, status, message });
        return { done: true, message: '' };
      }
    }
  };

  const run = async (event: CloudEvent, bytes: number, arrived: (() => void) | undefined): Promise<void> => {
    const mark = {};
    begun.set(mark, options.nowMs());
    try {
      for (;;) {
        const { done, message } = await attempt(event);
        if (done) {
          arrived?.();
          return;
        }
        if (aside.length < options.maxSetAside) {
          options.observe({ kind: 'set-aside', id: event.id, message });
          aside.push({ event, arrived });
          void retryAside();
          return;
        }
        await pause();
      }
    } catch (error) {
      // Given up because the process ends: not acknowledged, so it comes again from the last resume point.
      if (!signal.aborted) throw error;
    } finally {
      begun.delete(mark);
      vacate(bytes);
    }
  };

  const retryAside = async (): Promise<void> => {
    if (retryingAside) return;
    retryingAside = true;
    try {
      await pauseAside();
      for (let first = aside[0]; first !== undefined; first = aside[0]) {
        const { done } = await attempt(first.event);
        if (aside.shift() !== first) return;
        if (done) {
          first.arrived?.();
          continue;
        }
        aside.push(first);
        await pauseAside();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      retryingAside = false;
      settleIdle();
    }
  };

  return {
    deliver: (event, bytes, arrived) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (hasRoom(bytes)) {
        occupy(bytes);
        void run(event, bytes, arrived);
        return undefined;
      }
      return new Promise<void>((resolve, reject) => {
        waiters.push({
          bytes,
          reject,
          admit: () => {
            void run(event, bytes, arrived);
            resolve();
          },
        });
      });
    },
    hasRoom,
    inFlight: () => inFlight,
    waiting: () => waiters.length,
    setAside: () => aside.length,
    oldestSinceMs: () => {
      for (const sinceMs of begun.values()) return sinceMs;
      return undefined;
    },
    drained: () =>
      new Promise((resolve) => {
        idleWaiters.push(resolve);
        settleIdle();
      }),
  };
}
