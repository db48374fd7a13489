/**
 * Delivers items with a bounded number in flight: those of one key one after the other in the order they came,
 * those of different keys side by side, started in the order they came.
 *
 * Bounds: `maxInFlight` deliveries of together `maxInFlightBytes` run (a single larger one goes alone), and `isFull`
 * says when `maxWaiting` more, or that many bytes, wait; the caller then stops reading. What it had already read may
 * exceed that for a moment, which is why `push` never refuses.
 */
export type DeliveryWindow<Item> = {
  readonly push: (item: Item) => void;
  readonly isFull: () => boolean;
  /** Resolves when nothing waits or runs; rejects with the first delivery's failure. */
  readonly drained: () => Promise<void>;
  readonly inFlight: () => number;
  readonly waiting: () => number;
};

export type DeliveryWindowOptions<Item> = {
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  readonly keyOf: (item: Item) => string;
  readonly bytesOf: (item: Item) => number;
  readonly deliver: (item: Item) => Promise<void>;
  /** The item is delivered for good. */
  readonly onDelivered: (item: Item) => void;
  /** A delivery threw: nothing more is started, the reader has to start over. */
  readonly onFailed: (error: unknown) => void;
  /** The window was full and has room again. */
  readonly onRoom: () => void;
};

export function createDeliveryWindow<Item>(options: DeliveryWindowOptions<Item>): DeliveryWindow<Item> {
  // Items that can start as soon as there is room, oldest first.
  let ready: Item[] = [];
  let readyHead = 0;
  // Per key in flight or ready, the items that wait behind it.
  const behind = new Map<string, Item[]>();
  let blocked = 0;
  let running = 0;
  let runningBytes = 0;
  let waitingBytes = 0;
  let wasFull = false;
  let failure: { readonly error: unknown } | undefined;
  let drainWaiters: PromiseWithResolvers<void>[] = [];

  const waiting = () => ready.length - readyHead + blocked;
  const isFull = () => waiting() >= options.maxWaiting || waitingBytes >= options.maxWaitingBytes;
  const fits = (item: Item) =>
    running === 0 ||
    (running < options.maxInFlight && runningBytes + options.bytesOf(item) <= options.maxInFlightBytes);

  const settleDrained = (): void => {
    if (failure === undefined && (running > 0 || waiting() > 0)) return;
    const waiters = drainWaiters;
    drainWaiters = [];
    for (const waiter of waiters) {
      if (failure === undefined) waiter.resolve();
      else waiter.reject(failure.error);
    }
  };

  const fail = (error: unknown): void => {
    if (failure !== undefined) return;
    failure = { error };
    settleDrained();
    options.onFailed(error);
  };

  const finish = (item: Item): void => {
    running -= 1;
    runningBytes -= options.bytesOf(item);
    if (failure !== undefined) return;
    options.onDelivered(item);
    const key = options.keyOf(item);
    const next = behind.get(key)?.shift();
    if (next === undefined) behind.delete(key);
    else {
      blocked -= 1;
      ready.push(next);
    }
    start();
    if (wasFull && !isFull()) {
      wasFull = false;
      options.onRoom();
    }
    settleDrained();
  };

  const start = (): void => {
    for (let item = ready[readyHead]; item !== undefined && fits(item); item = ready[readyHead]) {
      readyHead += 1;
      running += 1;
      runningBytes += options.bytesOf(item);
      waitingBytes -= options.bytesOf(item);
      deliver(item);
    }
    if (readyHead === ready.length || readyHead > 1024) {
      ready = ready.slice(readyHead);
      readyHead = 0;
    }
  };

  const deliver = (item: Item): void => {
    options.deliver(item).then(
      () => finish(item),
      (error: unknown) => {
        running -= 1;
        fail(error);
      },
    );
  };

  return {
    push: (item) => {
      if (failure !== undefined) return;
      waitingBytes += options.bytesOf(item);
      const key = options.keyOf(item);
      const queue = behind.get(key);
      if (queue === undefined) {
        behind.set(key, []);
        ready.push(item);
        start();
      } else {
        queue.push(item);
        blocked += 1;
      }
      if (isFull()) wasFull = true;
    },
    isFull,
    drained: () => {
      const waiter = Promise.withResolvers<void>();
      drainWaiters.push(waiter);
      settleDrained();
      return waiter.promise;
    },
    inFlight: () => running,
    waiting,
  };
}
