import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeliveryWindow } from './delivery-window.ts';

type Item = { readonly key: string; readonly number: number; readonly bytes?: number };

function recordingWindow(options: { maxInFlight: number; maxWaiting?: number }) {
  const started: Item[] = [];
  const delivered: Item[] = [];
  const running: { item: Item; finish: () => void; fail: (error: Error) => void }[] = [];
  const events = { failed: [] as unknown[], room: 0, mostInFlight: 0 };
  const window = createDeliveryWindow<Item>({
    maxInFlight: options.maxInFlight,
    maxWaiting: options.maxWaiting ?? 10,
    maxInFlightBytes: 100,
    maxWaitingBytes: 1_000,
    keyOf: (item) => item.key,
    bytesOf: (item) => item.bytes ?? 1,
    deliver: (item) => {
      started.push(item);
      events.mostInFlight = Math.max(events.mostInFlight, running.length + 1);
      return new Promise((resolve, reject) => {
        running.push({ item, finish: resolve, fail: reject });
      });
    },
    onDelivered: (item) => delivered.push(item),
    onFailed: (error) => events.failed.push(error),
    onRoom: () => {
      events.room += 1;
    },
  });
  const settle = async (index: number) => {
    running.splice(index, 1)[0]?.finish();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { window, started, delivered, running, events, settle };
}

describe('createDeliveryWindow()', () => {
  it('delivers everything once, within its bound, and per key in order', async () => {
    const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        items,
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat()),
        async (keys, maxInFlight, choices) => {
          const { window, delivered, running, events, settle } = recordingWindow({ maxInFlight });
          for (const [number, key] of keys.entries()) window.push({ key, number });
          while (running.length > 0) await settle(Number(choices.next().value) % running.length);
          await window.drained();
          expect(delivered.length).toBe(keys.length);
          expect(events.mostInFlight).toBeLessThanOrEqual(maxInFlight);
          for (const key of new Set(keys)) {
            const numbers = delivered.filter((item) => item.key === key).map((item) => item.number);
            expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('starts other keys while one is stuck', async () => {
    const { window, started, settle } = recordingWindow({ maxInFlight: 2 });
    window.push({ key: 'a', number: 1 });
    window.push({ key: 'a', number: 2 });
    window.push({ key: 'b', number: 3 });
    window.push({ key: 'c', number: 4 });
    expect(started.map((item) => item.number)).toEqual([1, 3]);
    await settle(1);
    expect(started.map((item) => item.number)).toEqual([1, 3, 4]);
  });

  it('says when it is full and when it has room again', async () => {
    const { window, events, settle } = recordingWindow({ maxInFlight: 1, maxWaiting: 2 });
    for (let number = 0; number < 3; number += 1) window.push({ key: String(number), number });
    expect(window.isFull()).toBe(true);
    expect(events.room).toBe(0);
    await settle(0);
    expect(window.isFull()).toBe(false);
    expect(events.room).toBe(1);
  });

  it('bounds the bytes in flight, and lets a larger item go alone', async () => {
    const { window, started, settle } = recordingWindow({ maxInFlight: 10 });
    window.push({ key: 'a', number: 1, bytes: 60 });
    window.push({ key: 'b', number: 2, bytes: 500 });
    window.push({ key: 'c', number: 3, bytes: 60 });
    expect(started.map((item) => item.number)).toEqual([1]);
    await settle(0);
    expect(started.map((item) => item.number)).toEqual([1, 2]);
    await settle(0);
    expect(started.map((item) => item.number)).toEqual([1, 2, 3]);
  });

  it('is full of bytes, too', () => {
    const { window } = recordingWindow({ maxInFlight: 1, maxWaiting: 100 });
    window.push({ key: 'a', number: 1, bytes: 1 });
    window.push({ key: 'b', number: 2, bytes: 1_000 });
    expect(window.isFull()).toBe(true);
  });

  it('starts nothing more after a failure and tells it to whoever waits', async () => {
    const { window, started, running, events } = recordingWindow({ maxInFlight: 1 });
    window.push({ key: 'a', number: 1 });
    window.push({ key: 'b', number: 2 });
    const drained = window.drained();
    const broken = new Error('no more');
    running[0]?.fail(broken);
    await expect(drained).rejects.toBe(broken);
    expect(started.length).toBe(1);
    expect(events.failed).toEqual([broken]);
  });
});
