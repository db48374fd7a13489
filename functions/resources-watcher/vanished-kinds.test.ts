import { describe, expect, it } from 'vitest';
import type { WatchTarget } from '../../lib/core/watch-target.ts';
import { createVanishedKinds } from './vanished-kinds.ts';

const panels: WatchTarget = {
  kind: { group: 'widgets.example.org', version: 'v1', resource: 'panels', kind: 'Panel' },
  namespace: '',
  custom: true,
};

function setUp(definitions: { complete?: boolean; has?: boolean } = {}) {
  const state = { complete: true, has: false, ...definitions };
  const told: { resource: string; version: string; entries: number; arrived: () => void }[] = [];
  const kinds = createVanishedKinds({
    definitions: () => ({
      isComplete: () => state.complete,
      has: () => state.has,
      resourceVersion: () => '42',
    }),
    emit: ({ kind }, { range, listResourceVersion }, arrived) =>
      told.push({
        resource: kind.resource,
        version: listResourceVersion,
        entries: range.entries.length,
        arrived,
      }),
  });
  return { kinds, state, told };
}

describe('createVanishedKinds()', () => {
  it('says once that a kind without a definition has no objects', () => {
    const { kinds, told } = setUp();
    kinds.ended(panels);
    kinds.settle();
    kinds.settle();
    expect(told).toMatchObject([{ resource: 'panels', version: '42', entries: 0 }]);
  });

  it('takes a kind for buried only when that has arrived', () => {
    const { kinds, told } = setUp();
    kinds.ended(panels);
    kinds.settle();
    expect(kinds.isBuried(panels)).toBe(false);
    told[0]?.arrived();
    expect(kinds.isBuried(panels)).toBe(true);
    kinds.followed(panels);
    expect(kinds.isBuried(panels)).toBe(false);
  });

  it('waits until all definitions are known, and while there is one', () => {
    const { kinds, state, told } = setUp({ complete: false, has: true });
    kinds.ended(panels);
    kinds.settle();
    state.complete = true;
    kinds.settle();
    expect(told).toEqual([]);
    state.has = false;
    kinds.settle();
    expect(told.length).toBe(1);
  });

  it('says nothing of what is followed again, or has no definition by nature', () => {
    const { kinds, told } = setUp();
    kinds.ended(panels);
    kinds.followed(panels);
    kinds.ended({ ...panels, custom: false });
    kinds.settle();
    expect(told).toEqual([]);
  });
});
