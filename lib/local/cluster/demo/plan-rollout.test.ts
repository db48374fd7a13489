import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRollout, type Replicas, rolloutBounds } from './plan-rollout.ts';

const set = (name: string, replicas: number, available = replicas): Replicas => ({
  name,
  replicas,
  available,
});

describe('planRollout', () => {
  it('grows the new ReplicaSet by the surge, then shrinks the old one by what is available', () => {
    const bounds = rolloutBounds(3);
    expect(planRollout(bounds, set('new', 0), [set('old', 3)])).toEqual([{ name: 'new', replicas: 1 }]);
    expect(planRollout(bounds, set('new', 1, 0), [set('old', 3)])).toEqual([]);
    expect(planRollout(bounds, set('new', 1, 1), [set('old', 3)])).toEqual([{ name: 'old', replicas: 2 }]);
    expect(planRollout(bounds, set('new', 3, 3), [set('old', 1)])).toEqual([{ name: 'old', replicas: 0 }]);
    expect(planRollout(bounds, set('new', 3, 3), [])).toEqual([]);
  });

  it('first takes away what is not available anyway', () => {
    const bounds = { desired: 4, maxSurge: 0, maxUnavailable: 2 };
    expect(planRollout(bounds, set('new', 0), [set('oldest', 2, 0), set('old', 2)])).toEqual([
      { name: 'oldest', replicas: 0 },
    ]);
  });

  it('comes to an end from anywhere, within its bounds', () => {
    const counts = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(counts, counts, counts, counts, counts, (desired, surge, unavailable, before, older) => {
        const bounds = rolloutBounds(desired, { maxSurge: surge, maxUnavailable: unavailable });
        let all = [set('new', 0), set('older', older), set('old', before)];
        const most = Math.max(older + before, desired + surge);
        const fewest = Math.min(older + before, desired - bounds.maxUnavailable);
        for (let round = 0; round < 60; round++) {
          const [current = set('new', 0), ...old] = all;
          const steps = new Map(planRollout(bounds, current, old).map((step) => [step.name, step.replicas]));
          // What was started in the round before is available by now.
          const kept = all.map(({ name, replicas }) =>
            set(name, Math.min(replicas, steps.get(name) ?? replicas)),
          );
          expect(total(kept)).toBeGreaterThanOrEqual(fewest);
          all = all.map(({ name, replicas }) => {
            const next = steps.get(name) ?? replicas;
            return set(name, next, Math.min(replicas, next));
          });
          expect(total(all)).toBeLessThanOrEqual(most);
        }
        expect(all.map(({ replicas }) => replicas)).toEqual([desired, 0, 0]);
      }),
    );
  });
});

describe('rolloutBounds', () => {
  it('rounds the surge up and the unavailable ones down', () => {
    expect(rolloutBounds(3)).toEqual({ desired: 3, maxSurge: 1, maxUnavailable: 0 });
    expect(rolloutBounds(10, { maxSurge: '25%', maxUnavailable: '25%' })).toEqual({
      desired: 10,
      maxSurge: 3,
      maxUnavailable: 2,
    });
  });

  it('lets one be unavailable where neither would be allowed', () => {
    expect(rolloutBounds(2, { maxSurge: 0, maxUnavailable: 0 })).toMatchObject({ maxUnavailable: 1 });
  });
});

function total(sets: readonly Replicas[]): number {
  return sets.reduce((sum, { available }) => sum + available, 0);
}
