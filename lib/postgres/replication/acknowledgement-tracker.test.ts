import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAcknowledgementTracker } from './acknowledgement-tracker.ts';

describe('createAcknowledgementTracker()', () => {
  it('acknowledges the exact end of a commit once all its changes are delivered', () => {
    const tracker = createAcknowledgementTracker();
    const transaction = tracker.begin();
    transaction.add();
    transaction.end(100n);
    expect(tracker.acknowledged()).toBe(0n);
    transaction.delivered();
    expect(tracker.acknowledged()).toBe(100n);
  });

  it('does not pass an open transaction whose changes so far are delivered', () => {
    const tracker = createAcknowledgementTracker();
    const transaction = tracker.begin();
    transaction.add();
    transaction.delivered();
    tracker.passed(500n);
    expect(tracker.acknowledged()).toBe(0n);
    expect(tracker.isIdle()).toBe(false);
  });

  it('passes what the server skipped, but never what is still in flight', () => {
    const tracker = createAcknowledgementTracker();
    tracker.passed(10n);
    expect(tracker.acknowledged()).toBe(10n);
    const transaction = tracker.begin();
    transaction.add();
    transaction.end(20n);
    tracker.passed(30n);
    expect(tracker.acknowledged()).toBe(10n);
    transaction.delivered();
    expect(tracker.acknowledged()).toBe(30n);
    expect(tracker.isIdle()).toBe(true);
  });

  it('acknowledges only what is delivered without a gap, in any order of deliveries', () => {
    const sizes = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), (transactionSizes, choices) => {
        const tracker = createAcknowledgementTracker();
        const waiting: { readonly index: number; readonly deliver: () => void }[] = [];
        const open = transactionSizes.map((size) => size);
        let last = 0n;
        const check = () => {
          const firstOpen = open.findIndex((left) => left > 0);
          const safe = firstOpen === -1 ? begun : Math.min(firstOpen, begun);
          expect(tracker.acknowledged()).toBe(BigInt(safe) * 10n);
          expect(tracker.acknowledged() >= last).toBe(true);
          last = tracker.acknowledged();
        };
        let begun = 0;
        const deliverOne = () => {
          const choice = Number(choices.next().value) % waiting.length;
          const [item] = waiting.splice(choice, 1);
          if (item === undefined) return;
          open[item.index] = (open[item.index] ?? 0) - 1;
          item.deliver();
          check();
        };
        for (const [index, size] of transactionSizes.entries()) {
          const transaction = tracker.begin();
          for (let change = 0; change < size; change += 1) {
            transaction.add();
            waiting.push({ index, deliver: transaction.delivered });
          }
          transaction.end(BigInt(index + 1) * 10n);
          begun = index + 1;
          check();
          while (waiting.length > 0 && Number(choices.next().value) % 2 === 0) deliverOne();
        }
        while (waiting.length > 0) deliverOne();
        expect(tracker.acknowledged()).toBe(BigInt(transactionSizes.length) * 10n);
        expect(tracker.isIdle()).toBe(true);
      }),
    );
  });
});
