import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerProfile } from './broker-profile.ts';
import { createEventQueue, type QueueStep } from './create-event-queue.ts';
import type { StoredEvent } from './stored-event.ts';

function storedEvent(sequence: number, partitionkey: string): StoredEvent {
  const event = {
    id: String(sequence),
    source: '/s',
    type: 't',
    extensions: { partitionkey },
    data: undefined,
  };
  return { sequence, event, mode: 'binary', headers: {}, namespace: 'n' };
}

/** A queue whose work ends when the test says so. */
function manualQueue(concurrency: BrokerProfile['concurrency'], draw = (_waiting: number) => 0) {
  const running = new Map<number, (step: QueueStep) => void>();
  const started: number[] = [];
  const queue = createEventQueue({
    concurrency,
    draw,
    random: () => 0,
    work: (stored) => {
      started.push(stored.sequence);
      return new Promise((resolve) => running.set(stored.sequence, resolve));
    },
  });
  const finish = async (sequence: number, step: QueueStep = { kind: 'settled' }) => {
    running.get(sequence)?.(step);
    running.delete(sequence);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, running, started, finish };
}

describe('createEventQueue', () => {
  it('never has more under way than the pool allows and starts all of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 20 }),
        async (size, count) => {
          const { queue, running, started, finish } = manualQueue({ kind: 'pool', size });
          for (let sequence = 0; sequence < count; sequence += 1) queue.add(storedEvent(sequence, 'k'));
          while (running.size > 0) {
            expect(running.size).toBeLessThanOrEqual(size);
            await finish([...running.keys()][0] ?? -1);
          }
          expect(started).toEqual(Array.from({ length: count }, (_, sequence) => sequence));
          expect(queue.pending()).toBe(0);
        },
      ),
    );
  });

  it('has one under way per partition and keeps the order of each key', async () => {
    const { queue, running, started, finish } = manualQueue({ kind: 'partitions', count: 4 });
    for (let sequence = 0; sequence < 40; sequence += 1)
      queue.add(storedEvent(sequence, `key-${sequence % 7}`));
    while (running.size > 0) {
      expect(running.size).toBeLessThanOrEqual(4);
      await finish([...running.keys()].at(-1) ?? -1);
    }
    expect(started).toHaveLength(40);
    for (let key = 0; key < 7; key += 1) {
      const ofKey = started.filter((sequence) => sequence % 7 === key);
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
    }
  });

  it('lets others overtake an event that is tried again', async () => {
    const { queue, started, finish } = manualQueue({ kind: 'redelivering-queue', size: 1 });
    for (const sequence of [1, 2]) queue.add(storedEvent(sequence, 'k'));
    await finish(1, { kind: 'again', waitMs: 0 });
    expect(started).toEqual([1, 2]);
    expect(queue.pending()).toBe(2);
    await finish(2);
    await expect.poll(() => started).toEqual([1, 2, 1]);
    await finish(1);
    expect(queue.pending()).toBe(0);
  });

  it('draws out of order when it is told to', async () => {
    const { queue, started, finish } = manualQueue({ kind: 'pool', size: 1 }, (waiting) => waiting - 1);
    for (const sequence of [1, 2, 3, 4]) queue.add(storedEvent(sequence, 'k'));
    for (const sequence of [1, 4, 3, 2]) await finish(sequence);
    expect(started).toEqual([1, 4, 2, 3]);
  });

  it('keeps its order through a long backlog', async () => {
    const { queue, started, finish } = manualQueue({ kind: 'pool', size: 1 });
    for (let sequence = 0; sequence < 3_000; sequence += 1) queue.add(storedEvent(sequence, 'k'));
    for (let sequence = 0; sequence < 3_000; sequence += 1) await finish(sequence);
    expect(started).toEqual(Array.from({ length: 3_000 }, (_, sequence) => sequence));
  });
});
