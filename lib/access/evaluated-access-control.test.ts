import { describe, expect, it } from 'vitest';
import type { AccessAttributes } from '../core/access-attributes.ts';
import { createRbacIndex } from '../core/rbac/rbac-index.ts';
import { userSubject } from '../core/rbac/rbac-object.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { Decision } from './access-control.ts';
import { createDecisionSampler } from './decision-sampler.ts';
import { createEvaluatedAccessControl } from './evaluated-access-control.ts';
import { createReviewedAccessControl } from './reviewed-access-control.ts';

const alice: UserInfo = { username: 'alice', groups: [] };
const listPods = { verb: 'list', group: '', resource: 'pods' } as const;
const candidates = { namespaces: () => Promise.resolve(['a', 'b']) };

/** RBAC that lets alice list pods in `a`, and an API server that says what a test wants. */
function cluster() {
  const index = createRbacIndex();
  const allow = (namespace: string): void => {
    const rule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], resourceNames: [] };
    index.put({ kind: 'role', namespace: '', name: 'r', rules: [rule] });
    index.put({
      kind: 'binding',
      namespace,
      name: 'b',
      role: { isClusterRole: true, name: 'r' },
      subjects: [userSubject('alice')],
    });
  };
  allow('a');
  const asked: AccessAttributes[] = [];
  const disagreements: string[] = [];
  const state = { now: 0, current: true, decide: (_: AccessAttributes): Decision | undefined => undefined };
  const rbac = { index, isCurrent: () => state.current };
  const review = (user: UserInfo, attributes: AccessAttributes): Promise<Decision> => {
    asked.push(attributes);
    return Promise.resolve(
      state.decide(attributes) ?? (index.allows(user, attributes) ? 'allowed' : 'denied'),
    );
  };
  const now = () => state.now;
  const sampler = createDecisionSampler({
    rbac,
    review,
    now,
    random: () => 0,
    sleep: (ms) => {
      state.now += ms;
      return Promise.resolve();
    },
    onCompared: () => {},
    onDisagreement: ({ reviewed, attributes }) => disagreements.push(`${reviewed} ${attributes.namespace}`),
  });
  const access = createEvaluatedAccessControl({
    rbac,
    reviewed: createReviewedAccessControl({ review, ttlMs: 3_000, now }),
    confirmed: createReviewedAccessControl({ review, ttlMs: 30_000, now }),
    sampler,
  });
  return { index, allow, asked, disagreements, state, access };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('createEvaluatedAccessControl()', () => {
  it('finds namespaces without asking about each', async () => {
    const { access, asked } = cluster();
    expect(await access.findWhere(alice, listPods, candidates)).toMatchObject({ namespaces: ['a'] });
    expect(access.decideNow(alice, { ...listPods, namespace: 'a', name: '' })).toBe('allowed');
    expect(access.decideNow(alice, { ...listPods, namespace: 'b', name: '' })).toBe('denied');
    await settled();
    // One sample, which does not hold up the answer.
    expect(asked).toHaveLength(1);
  });

  it('takes a change of RBAC at once', async () => {
    const { access, allow } = cluster();
    allow('b');
    expect(await access.findWhere(alice, listPods, candidates)).toMatchObject({ namespaces: ['a', 'b'] });
  });

  it('confirms by a review what is allowed everywhere, until RBAC changes', async () => {
    const { access, allow, asked, state } = cluster();
    allow('');
    const everywhere = { ...listPods, namespace: '', name: '' };
    expect(access.decideNow(alice, everywhere)).toBeUndefined();
    expect(await access.findWhere(alice, listPods, candidates)).toEqual({ kind: 'everywhere' });
    expect(access.decideNow(alice, everywhere)).toBe('allowed');
    state.now += 20_000;
    await access.decide(alice, everywhere);
    expect(asked).toEqual([everywhere]);
    allow('');
    expect(access.decideNow(alice, everywhere)).toBeUndefined();
  });

  it('says unknown where that review has no answer', async () => {
    const { access, allow, state } = cluster();
    allow('');
    state.decide = () => 'unknown';
    expect(await access.findWhere(alice, listPods, candidates)).toBe('unknown');
  });

  it('leaves everything to reviews while the RBAC objects are not current', async () => {
    const { access, asked, state } = cluster();
    state.current = false;
    expect(access.decideNow(alice, { ...listPods, namespace: 'a', name: '' })).toBeUndefined();
    expect(await access.findWhere(alice, listPods, candidates)).toMatchObject({ namespaces: ['a'] });
    expect(asked.map(({ namespace }) => namespace)).toEqual(['', 'a', 'b']);
  });

  it('leaves everything to reviews for minutes after another authorizer was found to forbid more', async () => {
    const { access, allow, disagreements, state } = cluster();
    allow('');
    state.decide = ({ namespace }) => (namespace === 'a' ? 'allowed' : 'denied');
    expect(await access.findWhere(alice, listPods, candidates)).toMatchObject({ namespaces: ['a'] });
    await settled();
    expect(disagreements).toEqual(['denied ']);
    expect(await access.decide(alice, { ...listPods, namespace: 'b', name: '' })).toBe('denied');
    state.now += 5 * 60_000;
    expect(access.decideNow(alice, { ...listPods, namespace: 'a', name: '' })).toBe('allowed');
  });

  it('finds by samples that another authorizer allows more', async () => {
    const { access, disagreements, state } = cluster();
    state.decide = () => 'allowed';
    await access.findWhere(alice, listPods, candidates);
    await settled();
    expect(disagreements).toEqual(['allowed ']);
    expect(await access.findWhere(alice, listPods, candidates)).toEqual({ kind: 'everywhere' });
  });

  it('takes a difference that goes away for the delay of a watch', async () => {
    const { access, disagreements, state } = cluster();
    let answers = 0;
    state.decide = () => {
      answers += 1;
      return answers === 1 ? 'allowed' : undefined;
    };
    await access.findWhere(alice, listPods, candidates);
    await settled();
    expect(disagreements).toEqual([]);
    expect(answers).toBe(2);
  });

  it('takes rights inside a namespace for rights to that Namespace object', async () => {
    const { access, index } = cluster();
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['namespaces'], resourceNames: [] };
    index.put({ kind: 'role', namespace: '', name: 'r', rules: [rule] });
    const where = await access.findWhere(
      alice,
      { verb: 'get', group: '', resource: 'namespaces' },
      candidates,
    );
    expect(where).toEqual({
      kind: 'listed',
      namespaces: [],
      objects: [{ namespace: '', name: 'a' }],
      names: [],
    });
  });
});
