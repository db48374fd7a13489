import type { BrokerProfile } from './broker-profile.ts';
import { partitionOf } from './partition-of.ts';
import type { StoredEvent } from './stored-event.ts';

export type EventQueue = {
  readonly add: (stored: StoredEvent) => void;
  /** Events that wait, are under way, or wait for their next attempt. */
  readonly pending: () => number;
};

/** What the worker of a queue says about an event: settled, or to be tried again after a while. */
export type QueueStep = { readonly kind: 'settled' } | { readonly kind: 'again'; readonly waitMs: number };

/**
 * The waiting room of one Trigger in a broker that stores: hands events to `work` under the class's rules on
 * order and concurrency. Work that says `again` is retried behind those that wait (JetStream); classes that
 * retry in place only ever say `settled`.
 * @param options.draw picks one of the first n waiting events, to bring them out of order
 * @param options.work never rejects
 */
export function createEventQueue(options: {
  readonly concurrency: BrokerProfile['concurrency'];
  readonly draw: (waiting: number) => number;
  readonly work: (stored: StoredEvent, attempt: number) => Promise<QueueStep>;
  readonly random: () => number;
}): EventQueue {
  const { concurrency } = options;
  const laneSize =
    concurrency.kind === 'unbounded'
      ? Number.POSITIVE_INFINITY
      : concurrency.kind === 'partitions'
        ? 1
        : concurrency.size;
  const lanes = Array.from({ length: concurrency.kind === 'partitions' ? concurrency.count : 1 }, () => ({
    waiting: [] as { readonly stored: StoredEvent; readonly attempt: number }[],
    head: 0,
    running: 0,
  }));
  let pending = 0;

  const next = (lane: (typeof lanes)[number]) => {
    const waiting = lane.waiting.length - lane.head;
    const drawn = lane.head + Math.min(waiting - 1, options.draw(waiting));
    const item = lane.waiting[drawn];
    const first = lane.waiting[lane.head];
    if (item === undefined || first === undefined) return undefined;
    lane.waiting[drawn] = first;
    lane.head += 1;
    // Shifting a long array for every event would make a backlog of n events cost n².
    if (lane.head > 1000 && lane.head * 2 > lane.waiting.length) {
      lane.waiting.splice(0, lane.head);
      lane.head = 0;
    }
    return item;
  };

  const pump = (lane: (typeof lanes)[number]): void => {
    while (lane.running < laneSize && lane.head < lane.waiting.length) {
      const item = next(lane);
      if (item === undefined) return;
      lane.running += 1;
      void options.work(item.stored, item.attempt).then((step) => {
        lane.running -= 1;
        if (step.kind === 'settled') pending -= 1;
        else {
          setTimeout(() => {
            lane.waiting.push({ stored: item.stored, attempt: item.attempt + 1 });
            pump(lane);
          }, step.waitMs).unref();
        }
        pump(lane);
      });
    }
  };

  return {
    add: (stored) => {
      const index =
        lanes.length === 1
          ? 0
          : partitionOf(stored.event.extensions['partitionkey'], lanes.length, options.random);
      const lane = lanes[index];
      if (lane === undefined)
        throw new RangeError(`Cannot queue event: partition ${index} of ${lanes.length}`);
      lane.waiting.push({ stored, attempt: 1 });
      pending += 1;
      pump(lane);
    },
    pending: () => pending,
  };
}
