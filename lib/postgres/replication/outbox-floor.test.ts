import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOutboxFloor } from './outbox-floor.ts';

type Change = { readonly seq: number; readonly transaction: bigint };

/** The server's side: transactions that take their number, then numbers of changes, and end in any order. */
function outboxServer() {
  let nextTransaction = 1n;
  let nextSeq = 1;
  const running = new Set<bigint>();
  let table: Change[] = [];
  return {
    running,
    begin: () => running.add(nextTransaction++),
    write: (transaction: bigint) => table.push({ seq: nextSeq++, transaction }),
    end: (transaction: bigint) => running.delete(transaction),
    /** As change-outbox-read.sql. */
    read: (floor: number, known: readonly number[], limit: number) => {
      // They are in the order in which they began.
      const [oldestRunning = nextTransaction] = running;
      const rows = table.filter(
        ({ seq, transaction }) => seq > floor && !known.includes(seq) && transaction < oldestRunning,
      );
      return { oldestRunning, seqs: rows.slice(0, limit).map(({ seq }) => seq) };
    },
    delete: (seqs: readonly number[]) => {
      table = table.filter(({ seq }) => !seqs.includes(seq));
      return nextTransaction++;
    },
    written: () => nextSeq - 1,
  };
}

const limit = 3;
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('begin', 'write', 'write', 'end', 'read', 'read', 'delete'),
    which: fc.nat({ max: 5 }),
  }),
  { maxLength: 120 },
);

it('createOutboxFloor() lets each change be read once, whatever runs at the same time and ends in whatever order', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const server = outboxServer();
      const floor = createOutboxFloor();
      const delivered: number[] = [];
      let undeleted: number[] = [];
      const read = (): boolean => {
        const { seqs, oldestRunning } = server.read(floor.floor(), floor.known(), limit);
        floor.read({ seqs, oldestRunning, isFull: seqs.length === limit });
        delivered.push(...seqs);
        undeleted.push(...seqs);
        return seqs.length > 0;
      };
      const actions = {
        begin: () => void server.begin(),
        write: (which: number) => {
          const transaction = [...server.running][which % Math.max(1, server.running.size)];
          if (transaction !== undefined) server.write(transaction);
        },
        end: (which: number) => {
          const transaction = [...server.running][which % Math.max(1, server.running.size)];
          if (transaction !== undefined) server.end(transaction);
        },
        read: () => void read(),
        delete: (which: number) => {
          const done = undeleted.filter((_, index) => index % 2 === which % 2);
          undeleted = undeleted.filter((seq) => !done.includes(seq));
          if (done.length > 0) floor.deleted(done, server.delete(done));
        },
      } satisfies Record<string, (which: number) => void>;
      for (const { what, which } of all) actions[what as keyof typeof actions](which);
      for (const transaction of server.running) server.end(transaction);
      while (read()) actions.delete(0);
      expect(delivered.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: server.written() }, (_, index) => index + 1),
      );
    }),
    { numRuns: 2_000 },
  );
});

it('createOutboxFloor() rises past what was deleted, once no older transaction runs', () => {
  const floor = createOutboxFloor();
  floor.read({ seqs: [1, 2, 4], oldestRunning: 10n, isFull: false });
  expect(floor.known()).toEqual([1, 2, 4]);
  floor.deleted([1, 2], 12n);
  floor.read({ seqs: [], oldestRunning: 12n, isFull: false });
  expect(floor.floor()).toBe(0);
  floor.read({ seqs: [3], oldestRunning: 13n, isFull: false });
  expect([floor.floor(), floor.known()]).toEqual([4, []]);
});
