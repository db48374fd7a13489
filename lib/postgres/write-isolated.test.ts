import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IngestOutcome } from '../core/ingest-outcome.ts';
import { writeIsolated } from './write-isolated.ts';

class DatabaseError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  constructor(code: string, where?: string) {
    super(`error ${code}`);
    this.code = code;
    this.where = where;
  }
}

/** A table that takes no item of `bad`, and says which line it was at when `tellsLine`. */
function table(options: { bad: ReadonlySet<number>; code?: string; tellsLine?: boolean }) {
  const written: number[] = [];
  const poisoned: number[] = [];
  let attempts = 0;
  return {
    written,
    poisoned,
    attempts: () => attempts,
    write: async (items: readonly number[]): Promise<IngestOutcome[]> => {
      attempts += 1;
      const line = items.findIndex((item) => options.bad.has(item));
      if (line >= 0) {
        throw new DatabaseError(
          options.code ?? '22P05',
          options.tellsLine ? `COPY stage, line ${line + 1}, column raw` : undefined,
        );
      }
      written.push(...items);
      return items.map(() => ({ kind: 'stored' }));
    },
    writePoison: async (item: number, reason: string): Promise<IngestOutcome> => {
      poisoned.push(item);
      return { kind: 'quarantined', reason };
    },
  };
}

describe('writeIsolated', () => {
  it('stores every good item once and quarantines every bad one once, whichever they are', async () => {
    const items = fc.uniqueArray(fc.nat(1_000), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(items, fc.func(fc.boolean()), fc.boolean(), async (any, isBad, tellsLine) => {
        const bad = new Set(any.filter((item) => isBad(item)));
        const target = table({ bad, tellsLine });
        const outcomes = await writeIsolated(any, target);
        expect(outcomes.map((outcome) => outcome.kind)).toEqual(
          any.map((item) => (bad.has(item) ? 'quarantined' : 'stored')),
        );
        expect(new Set(target.written)).toEqual(new Set(any.filter((item) => !bad.has(item))));
        expect(target.written.length + target.poisoned.length).toBe(any.length);
        expect(new Set(target.poisoned)).toEqual(bad);
      }),
    );
  });

  it('needs two more attempts for a bad item whose line is told, and a logarithm of them otherwise', async () => {
    const items = Array.from({ length: 256 }, (_, index) => index);
    const told = table({ bad: new Set([77]), tellsLine: true });
    await writeIsolated(items, told);
    expect(told.attempts()).toBe(3);
    const untold = table({ bad: new Set([77]) });
    await writeIsolated(items, untold);
    expect(untold.attempts()).toBe(1 + 2 * 8);
  });

  it('fails everything at once when the connection is lost, and poisons nothing', async () => {
    const target = table({ bad: new Set([1]), code: '57P01' });
    const outcomes = await writeIsolated([0, 1, 2], target);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['failed', 'failed', 'failed']);
    expect([target.attempts(), target.poisoned]).toEqual([1, []]);
  });

  it('tries again after a deadlock', async () => {
    let attempts = 0;
    const outcomes = await writeIsolated([1], {
      write: async () => {
        attempts += 1;
        if (attempts === 1) throw new DatabaseError('40P01');
        return [{ kind: 'stored' }];
      },
      writePoison: () => Promise.reject(new Error('not poison')),
    });
    expect(outcomes).toEqual([{ kind: 'stored' }]);
  });

  it('fails alone what fails for a reason that nobody knows', async () => {
    const target = table({ bad: new Set([1]), code: 'XX000' });
    const outcomes = await writeIsolated([0, 1, 2], target);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['stored', 'failed', 'stored']);
    expect(target.poisoned).toEqual([]);
  });

  it('fails an item that could not be quarantined', async () => {
    const target = table({ bad: new Set([1]) });
    const outcomes = await writeIsolated([1], {
      ...target,
      writePoison: () => Promise.reject(new Error('gone')),
    });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['failed']);
  });
});
