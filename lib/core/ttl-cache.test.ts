import { describe, expect, it } from 'vitest';
import { createTtlCache } from './ttl-cache.ts';

describe('createTtlCache()', () => {
  it('forgets a value when its time is over, to the millisecond', () => {
    let now = 1_000;
    const cache = createTtlCache<string>({ maxEntries: 10, now: () => now });
    cache.set('a', 'yes', 50);
    now = 1_049;
    expect(cache.get('a')).toBe('yes');
    now = 1_050;
    expect(cache.get('a')).toBeUndefined();
  });

  it('makes room by dropping the longest unused', () => {
    const cache = createTtlCache<number>({ maxEntries: 2, now: () => 0 });
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    cache.get('a');
    cache.set('c', 3, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('keeps nothing that is already over', () => {
    const cache = createTtlCache<number>({ maxEntries: 2, now: () => 0 });
    cache.set('a', 1, 0);
    expect(cache.get('a')).toBeUndefined();
  });
});
