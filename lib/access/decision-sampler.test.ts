import { expect, it } from 'vitest';
import type { AccessAttributes } from '../core/access-attributes.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { Decision } from './access-control.ts';
import { createDecisionSampler, type Disagreement } from './decision-sampler.ts';

const alice: UserInfo = { username: 'alice', groups: [] };
const listPods: AccessAttributes = { verb: 'list', group: '', resource: 'pods', namespace: 'shop', name: '' };

/** RBAC objects that always say one thing, beside an API server that says what a test wants. */
function sampled({ rbac, reviews }: { rbac: boolean; reviews: (round: number) => Decision }) {
  const state = { now: 0, current: true, asked: 0 };
  const compared: boolean[] = [];
  const disagreements: Disagreement[] = [];
  const sampler = createDecisionSampler({
    rbac: {
      index: { allows: () => rbac, findWhere: () => ({ kind: 'everywhere' }), version: () => 1 },
      isCurrent: () => state.current,
    },
    review: () => {
      state.asked += 1;
      return Promise.resolve(reviews(state.asked));
    },
    now: () => state.now,
    random: () => 0.5,
    sleep: (ms) => {
      state.now += ms;
      return Promise.resolve();
    },
    onCompared: (agreed) => compared.push(agreed),
    onDisagreement: (disagreement) => disagreements.push(disagreement),
  });
  return { sampler, state, compared, disagreements };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

it.each([
  ['allows', true, 'allowed'],
  ['refuses', false, 'denied'],
] as const)('counts an agreement where the API server %s as well', async (_, rbac, decision) => {
  const { sampler, compared, disagreements } = sampled({ rbac, reviews: () => decision });
  sampler.offer(alice, listPods);
  await settled();
  expect([compared, disagreements, sampler.trusts()]).toEqual([[true], [], true]);
});

it.each([
  ['allows less', true, 'denied'],
  ['allows more', false, 'allowed'],
] as const)(
  'counts and tells a disagreement where the API server %s, and trusts nothing for minutes',
  async (_, rbac, reviewed) => {
    const { sampler, state, compared, disagreements } = sampled({ rbac, reviews: () => reviewed });
    sampler.offer(alice, listPods);
    await settled();
    expect(compared).toEqual([false]);
    expect(disagreements).toEqual([{ username: 'alice', attributes: listPods, reviewed }]);
    expect(sampler.trusts()).toBe(false);
    state.now += 5 * 60_000;
    expect(sampler.trusts()).toBe(true);
  },
);

it('asks twice, so that a watch that is seconds behind is no disagreement', async () => {
  const { sampler, compared, state } = sampled({
    rbac: true,
    reviews: (round) => (round === 1 ? 'denied' : 'allowed'),
  });
  sampler.offer(alice, listPods);
  await settled();
  expect([compared, state.asked, sampler.trusts()]).toEqual([[true], 2, true]);
});

it.each([
  ['nobody answers', () => 'unknown' as const, true],
  ['the RBAC objects are behind', () => 'denied' as const, false],
])('says nothing against the RBAC objects where %s', async (_, reviews, current) => {
  const { sampler, state, compared, disagreements } = sampled({ rbac: true, reviews });
  state.current = current;
  sampler.offer(alice, listPods);
  await settled();
  expect([compared, disagreements, sampler.trusts()]).toEqual([[], [], true]);
});

it('compares two a second of those offered, and one at a time of those that must be', async () => {
  const { sampler, state } = sampled({ rbac: true, reviews: () => 'allowed' });
  for (state.now = 0; state.now < 1_000; state.now += 10) {
    sampler.offer(alice, listPods);
    await settled();
  }
  expect(state.asked).toBe(2);
  sampler.compare(alice, listPods);
  sampler.compare(alice, listPods);
  await settled();
  expect(state.asked).toBe(3);
});
