import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeliveryWindow } from './delivery-window.ts';

describe('createDeliveryWindow()', () => {
  it('has arrived at the last version before the first delivery that is missing, in whatever order they end', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 30 })
          .chain((count) =>
            fc.tuple(
              fc.array(fc.boolean(), { minLength: count, maxLength: count }),
              fc.shuffledSubarray(Array.from({ length: count }, (_, index) => index)),
            ),
          ),
        ([counts, order]) => {
          const window = createDeliveryWindow();
          const done = counts.map((isPoint, index) => window.begin(isPoint ? String(index) : undefined));
          const ended = new Set<number>();
          for (const index of order) {
            done[index]?.();
            done[index]?.();
            ended.add(index);
            const firstMissing = counts.findIndex((_, at) => !ended.has(at));
            const reached = counts.slice(0, firstMissing === -1 ? counts.length : firstMissing);
            const last = reached.lastIndexOf(true);
            expect(window.version()).toBe(last === -1 ? undefined : String(last));
            expect(window.pending()).toBe(counts.length - ended.size);
          }
        },
      ),
    );
  });

  it('goes on after it was empty', () => {
    const window = createDeliveryWindow();
    window.begin('1')();
    const second = window.begin('2');
    window.begin('3')();
    expect(window.version()).toBe('1');
    second();
    expect(window.version()).toBe('3');
  });
});
