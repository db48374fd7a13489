import type { RowChange } from '../../core/row-change.ts';
import { createDeliveryWindow } from './delivery-window.ts';

/** A bounded window that takes row changes, with an awaitable for whoever reads at its own pace. */
export type Delivery = {
  readonly push: (change: RowChange, delivered?: () => void) => void;
  readonly isFull: () => boolean;
  /** Resolves when there is room; rejects when a delivery failed. */
  readonly room: () => Promise<void>;
  readonly drained: () => Promise<void>;
  /** Rejects when a delivery failed; never resolves. */
  readonly failed: Promise<never>;
  readonly inFlight: () => number;
  readonly waiting: () => number;
};

/** Read ahead of what is in flight: enough to keep the window busy, little enough to hold in memory. */
const maxWaiting = 512;

export function createDelivery(options: {
  readonly maxInFlight: number;
  readonly deliver: (change: RowChange) => Promise<void>;
  readonly onRoom?: () => void;
}): Delivery {
  const failed = Promise.withResolvers<never>();
  // Whoever cares awaits it.
  failed.promise.catch(() => {});
  let roomWaiters: (() => void)[] = [];
  const window = createDeliveryWindow<{ readonly change: RowChange; readonly delivered?: () => void }>({
    maxInFlight: options.maxInFlight,
    maxWaiting,
    keyOf: ({ change }) => `${change.table} ${change.key}`,
    deliver: ({ change }) => options.deliver(change),
    onDelivered: ({ delivered }) => delivered?.(),
    onFailed: (error) => {
      // Without a code of its own: what went wrong here says nothing about the slot.
      failed.reject(new Error('Cannot deliver a change', { cause: error }));
    },
    onRoom: () => {
      const waiters = roomWaiters;
      roomWaiters = [];
      for (const resolve of waiters) resolve();
      options.onRoom?.();
    },
  });
  return {
    push: (change, delivered) => {
      window.push(delivered === undefined ? { change } : { change, delivered });
    },
    isFull: window.isFull,
    room: async () => {
      if (!window.isFull()) return;
      const room = new Promise<void>((resolve) => {
        roomWaiters.push(resolve);
      });
      await Promise.race([room, failed.promise]);
    },
    drained: async () => {
      await Promise.race([window.drained(), failed.promise]);
    },
    failed: failed.promise,
    inFlight: window.inFlight,
    waiting: window.waiting,
  };
}
