import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { createGroupCommit, type WriteBatch } from './group-commit.ts';

/** A writer whose batches end when the test says so. */
function controlledWriter() {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const write: WriteBatch<number, string> = (items) =>
    new Promise((resolve, reject) => {
      batches.push({
        items: [...items],
        end: (error) =>
          error === undefined ? resolve(items.map((item) => `stored ${item}`)) : reject(error),
      });
    });
  return { batches, write };
}

function open(
  changes: { writers?: number; maxRows?: number; maxWaitingRows?: number; maxWaitingBytes?: number } = {},
) {
  const { batches, write } = controlledWriter();
  const queue = createGroupCommit<number, string>({
    write,
    limits: { maxRows: changes.maxRows ?? 100, maxBytes: 1_000, maxLingerMs: 1_000 },
    writers: changes.writers ?? 1,
    maxWaitingRows: changes.maxWaitingRows ?? 100,
    maxWaitingBytes: changes.maxWaitingBytes ?? 10_000,
    nowMs: () => 0,
  });
  return { batches, queue };
}

const turns = async (count: number) => {
  for (let index = 0; index < count; index += 1) await turn();
};

describe('createGroupCommit', () => {
  it('writes one item alone after a quiet turn, and answers it when the write has ended', async () => {
    const { batches, queue } = open();
    const outcome = queue.add(1, 10);
    await turns(3);
    expect(batches.map((batch) => batch.items)).toEqual([[1]]);
    batches[0]?.end();
    expect(await outcome).toBe('stored 1');
  });

  it('gathers what comes in the meantime into the next batch', async () => {
    const { batches, queue } = open();
    void queue.add(1, 10);
    await turns(3);
    const later = [queue.add(2, 10), queue.add(3, 10)].map((outcome) => Promise.resolve(outcome));
    await turns(3);
    expect(batches).toHaveLength(1);
    batches[0]?.end();
    await turns(4);
    expect(batches[1]?.items).toEqual([2, 3]);
    batches[1]?.end();
    expect(await Promise.all(later)).toEqual(['stored 2', 'stored 3']);
  });

  it('splits what is more than one batch may hold, and uses every writer', async () => {
    const { batches, queue } = open({ writers: 2, maxRows: 2 });
    for (const item of [1, 2, 3, 4, 5]) void queue.add(item, 10);
    await turns(4);
    expect(batches.map((batch) => batch.items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('lets few rows wait behind a batch in the works until they are more, or it ends, or takes too long', async () => {
    const { batches, write } = controlledWriter();
    let nowMs = 0;
    const queue = createGroupCommit<number, string>({
      write,
      limits: {
        maxRows: 10,
        maxBytes: 1_000,
        maxLingerMs: 1_000,
        behind: { rows: 3, bytes: 500, maxWaitMs: 20 },
      },
      writers: 2,
      maxWaitingRows: 100,
      maxWaitingBytes: 10_000,
      nowMs: () => nowMs,
    });
    const written = () => batches.map((batch) => batch.items);
    void queue.add(1, 10);
    await turns(4);
    void queue.add(2, 10);
    await turns(4);
    expect(written()).toEqual([[1]]);
    void queue.add(3, 10);
    void queue.add(4, 10);
    await turns(4);
    expect(written()).toEqual([[1], [2, 3, 4]]);
    batches[0]?.end();
    void queue.add(5, 10);
    await turns(4);
    expect(written()).toHaveLength(2);
    batches[1]?.end();
    await turns(4);
    expect(written()[2]).toEqual([5]);
    void queue.add(6, 10);
    nowMs = 20;
    await eventually(() => expect(written()[3]).toEqual([6]));
  });

  it('fails all items of a batch whose write failed, and goes on', async () => {
    const { batches, queue } = open();
    const failed = queue.add(1, 10) as Promise<string>;
    await turns(3);
    batches[0]?.end(new Error('gone'));
    await expect(failed).rejects.toThrow('gone');
    const next = queue.add(2, 10);
    await turns(3);
    batches[1]?.end();
    expect(await next).toBe('stored 2');
  });

  it('is full at its limits of rows and of bytes, and takes again afterwards', async () => {
    const { batches, queue } = open({ maxWaitingRows: 3, maxWaitingBytes: 100 });
    void queue.add(0, 10);
    await turns(3);
    for (const item of [1, 2, 3]) expect(queue.add(item, 10)).not.toBe('full');
    expect(queue.add(4, 10)).toBe('full');
    batches[0]?.end();
    await turns(4);
    expect(queue.add(5, 60)).not.toBe('full');
    expect(queue.add(6, 60)).toBe('full');
    expect([queue.waitingRows(), queue.waitingBytes()]).toEqual([1, 60]);
  });

  it('takes an item that is larger than the whole limit when it is alone', () => {
    const { queue } = open({ maxWaitingBytes: 100 });
    expect(queue.add(1, 5_000)).not.toBe('full');
  });

  it('knows how long its oldest item has been on its way', async () => {
    let nowMs = 0;
    const { batches, write } = controlledWriter();
    const queue = createGroupCommit<number, string>({
      write,
      limits: { maxRows: 1, maxBytes: 1_000, maxLingerMs: 1_000 },
      writers: 1,
      maxWaitingRows: 10,
      maxWaitingBytes: 100,
      nowMs: () => nowMs,
    });
    expect(queue.oldestMs()).toBe(0);
    void queue.add(1, 1);
    await turns(3);
    nowMs = 500;
    void queue.add(2, 1);
    nowMs = 700;
    expect(queue.oldestMs()).toBe(700);
    batches[0]?.end();
    await turns(4);
    expect(queue.oldestMs()).toBe(200);
    batches[1]?.end();
    await turns(4);
    expect(queue.oldestMs()).toBe(0);
  });

  it('drains: takes nothing new and waits for what it has', async () => {
    const { batches, queue } = open();
    const outcome = queue.add(1, 10);
    let drained = false;
    const draining = queue.drain().then(() => {
      drained = true;
    });
    expect(queue.add(2, 10)).toBe('full');
    await turns(4);
    expect(drained).toBe(false);
    batches[0]?.end();
    await draining;
    expect(await outcome).toBe('stored 1');
    await queue.drain();
  });
});
