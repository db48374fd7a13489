import type { RowChange } from '../../core/row-change.ts';
import { createDeliveryWindow } from './delivery-window.ts';

/** A bounded window that takes row changes, with an awaitable for whoever reads at its own pace. */
export type Delivery = {
  /** @param bytes estimate of what the change takes */
  readonly push: (change: RowChange, bytes: number, delivered?: () => void) => void;
  readonly isFull: () => boolean;
  /** Resolves when there is room; rejects when a delivery failed. */
  readonly room: () => Promise<void>;
  readonly drained: () => Promise<void>;
  /** Rejects when a delivery failed; never resolves. */
  readonly failed: Promise<never>;
  readonly inFlight: () => number;
  readonly waiting: () => number;
};

type Item = {
  readonly key: string;
  readonly change: RowChange;
  readonly bytes: number;
  readonly delivered: (() => void) | undefined;
};

/** Read ahead of what is in flight: enough to keep the window busy, little enough to hold in memory. */
const maxWaiting = 512;
const maxWaitingBytes = 2 * 1024 * 1024;

/** A change exists several times while it is sent: decoded, as text, as bytes. */
const maxInFlightBytes = 4 * 1024 * 1024;

export function createDelivery(options: {
  readonly maxInFlight: number;
  readonly deliver: (change: RowChange) => Promise<void>;
  readonly onRoom?: () => void;
}): Delivery {
  const failed = Promise.withResolvers<never>();
  // Whoever cares awaits it.
  failed.promise.catch(() => {});
  let roomWaiters: (() => void)[] = [];
  const window = createDeliveryWindow<Item>({
    maxInFlight: options.maxInFlight,
    maxInFlightBytes,
    maxWaiting,
    maxWaitingBytes,
    keyOf: ({ key }) => key,
    bytesOf: ({ bytes }) => bytes,
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
    push: (change, bytes, delivered) => {
      window.push({ key: `${change.table} ${change.key}`, change, bytes, delivered });
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
