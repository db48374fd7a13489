import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { Delivery } from '../../lib/core/create-delivery.ts';

/** One version of one Kubernetes event on its way out. */
export type OutgoingEvent = {
  readonly event: CloudEvent;
  readonly bytes: number;
  /** Of the Kubernetes event: its uid. */
  readonly key: string;
  /** No version of it went out before. */
  readonly isFirst: boolean;
  readonly arrived: () => void;
};

export type StormControl = {
  /** As `Delivery.deliver`: a promise means that there is no room for more. */
  readonly emit: (outgoing: OutgoingEvent) => void | Promise<void>;
  /** A place has become free: sends what was held back, longest first. */
  readonly onRoom: () => void;
  readonly held: () => number;
};

/** Held back at most, about as much as in flight: an event that fires a thousand times a second needs one place. */
const maxHeldBytes = 16 * 1024 * 1024;

/**
 * Keeps a storm of repetitions from holding up what is new. As long as there is room every version goes out at
 * once. Without room, repetitions are held back, and of one event only its newest version (counts are
 * cumulative), while a first occurrence goes to the head of the queue and is never held back.
 */
export function createStormControl(options: {
  readonly delivery: Pick<Delivery, 'deliver' | 'hasRoom'>;
  readonly onCoalesced: () => void;
}): StormControl {
  const { delivery } = options;
  const held = new Map<string, OutgoingEvent>();
  let heldBytes = 0;

  const hold = (outgoing: OutgoingEvent) => {
    held.set(outgoing.key, outgoing);
    heldBytes += outgoing.bytes;
  };
  const takeHeld = (key: string): OutgoingEvent | undefined => {
    const taken = held.get(key);
    if (taken === undefined) return undefined;
    held.delete(key);
    heldBytes -= taken.bytes;
    return taken;
  };

  return {
    emit: (outgoing) => {
      const older = held.get(outgoing.key);
      if (older !== undefined) {
        options.onCoalesced();
        heldBytes += outgoing.bytes - older.bytes;
        // Set on an existing key, it keeps its place among those that wait.
        held.set(outgoing.key, {
          ...outgoing,
          arrived: () => {
            older.arrived();
            outgoing.arrived();
          },
        });
        return undefined;
      }
      const mayHold = !outgoing.isFirst && heldBytes + outgoing.bytes <= maxHeldBytes;
      if (!mayHold || delivery.hasRoom(outgoing.bytes)) {
        return delivery.deliver(outgoing.event, outgoing.bytes, outgoing.arrived);
      }
      hold(outgoing);
      return undefined;
    },
    onRoom: () => {
      for (const { key, bytes } of held.values()) {
        if (!delivery.hasRoom(bytes)) return;
        const next = takeHeld(key);
        if (next !== undefined) void delivery.deliver(next.event, next.bytes, next.arrived);
      }
    },
    held: () => held.size,
  };
}
