import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEventJournal } from './event-journal.ts';
import type { StoredEvent } from './stored-event.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubemirror-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

function storedEvent(sequence: number, data: Buffer | undefined = Buffer.from([0, 255])): StoredEvent {
  const event = { id: String(sequence), source: '/s', type: 't', extensions: { a: 'ü' }, data };
  return { sequence, event, mode: 'binary', headers: { traceparent: 't' }, namespace: 'n' };
}

describe('openEventJournal', () => {
  it('gives back what was accepted and not settled, byte for byte', async () => {
    const path = join(folder, 'deep', 'journal');
    const first = await openEventJournal(path);
    expect(first.pending).toEqual([]);
    await Promise.all([
      first.accept(storedEvent(1), ['a', 'b']),
      first.accept(storedEvent(2, undefined), ['a']),
      first.accept(storedEvent(3), ['a']),
    ]);
    first.settle(1, 'a');
    first.settle(3, 'a');
    await first.close();

    const second = await openEventJournal(path);
    expect(second.pending).toEqual([
      { stored: storedEvent(1), triggers: ['b'] },
      { stored: storedEvent(2, undefined), triggers: ['a'] },
    ]);
    await second.accept(storedEvent(4), ['b']);
    second.settle(1, 'b');
    second.settle(2, 'a');
    await second.close();
    const third = await openEventJournal(path);
    expect(third.pending.map(({ stored }) => stored.sequence)).toEqual([4]);
    await third.close();
  });

  it('has the event in the file once accept resolves', async () => {
    const path = join(folder, 'journal');
    const journal = await openEventJournal(path);
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      await journal.accept(storedEvent(sequence), ['a']);
      expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(sequence + 1);
    }
    await journal.close();
  });

  it('drops a line that a kill cut short', async () => {
    const path = join(folder, 'journal');
    const journal = await openEventJournal(path);
    await journal.accept(storedEvent(1), ['a']);
    await journal.close();
    await appendFile(path, '{"accept":2,"trig');
    const again = await openEventJournal(path);
    expect(again.pending.map(({ stored }) => stored.sequence)).toEqual([1]);
    await again.close();
  });
});
