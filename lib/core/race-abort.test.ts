import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { raceAbort } from './race-abort.ts';

describe('raceAbort()', () => {
  it('gives what the promise gives and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(raceAbort(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason of a signal that aborts or has aborted', async () => {
    const controller = new AbortController();
    const waiting = raceAbort(new Promise(() => {}), controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(raceAbort(Promise.resolve(1), controller.signal)).rejects.toThrow('enough');
  });
});
