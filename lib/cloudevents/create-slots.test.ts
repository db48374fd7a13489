import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSlots } from './create-slots.ts';

it('createSlots hands places out in the order of asking and never more than there are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom('take', 'give', 'abort'), { maxLength: 40 }),
      async (count, steps) => {
        const slots = createSlots(count);
        const releases: (() => void)[] = [];
        const granted: number[] = [];
        const aborts = new Map<number, AbortController>();
        let asked = 0;
        for (const step of steps) {
          if (step === 'take') {
            const index = asked;
            asked += 1;
            const abort = new AbortController();
            aborts.set(index, abort);
            void slots.take(abort.signal).then(
              (release) => {
                aborts.delete(index);
                granted.push(index);
                releases.push(release);
              },
              () => aborts.delete(index),
            );
          } else if (step === 'give') {
            const release = releases.shift();
            release?.();
            // Giving back twice must not make a second place.
            release?.();
          } else {
            [...aborts.values()].at(-1)?.abort();
          }
          await new Promise((resolve) => setImmediate(resolve));
          expect(slots.taken()).toBe(releases.length);
          expect(slots.taken()).toBeLessThanOrEqual(count);
          expect(slots.waiting() === 0 || slots.taken() === count).toBe(true);
        }
        expect(granted).toEqual(granted.toSorted((a, b) => a - b));
      },
    ),
    { numRuns: 50 },
  );
});

it.each([0, -1, 1.5, Number.NaN])('createSlots refuses %s places', (count) => {
  expect(() => createSlots(count)).toThrow(RangeError);
});
