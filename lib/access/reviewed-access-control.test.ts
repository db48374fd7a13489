import { describe, expect, it } from 'vitest';
import type { AccessAttributes } from '../core/access-attributes.ts';
import type { Decision } from './access-control.ts';
import { createReviewedAccessControl } from './reviewed-access-control.ts';

const alice = { username: 'alice', groups: ['team-a'] };
const listPods = { verb: 'list', group: '', resource: 'pods' } as const;

/** An authorizer that allows by a rule and notes what it was asked. */
function authorizer(rule: (attributes: AccessAttributes, username: string) => Decision) {
  const asked: string[] = [];
  let now = 0;
  const access = createReviewedAccessControl({
    review: (user, attributes) => {
      asked.push(`${user.username} ${attributes.verb} ${attributes.resource} ${attributes.namespace || '*'}`);
      return Promise.resolve(rule(attributes, user.username));
    },
    ttlMs: 4_000,
    now: () => now,
  });
  const at = (ms: number): void => {
    now = ms;
  };
  return { access, asked, at };
}

describe('createReviewedAccessControl()', () => {
  it('asks one question for a user who may do it everywhere', async () => {
    const { access, asked } = authorizer(() => 'allowed');
    expect(
      await access.findWhere(alice, listPods, { namespaces: () => Promise.resolve(['a', 'b']) }),
    ).toEqual({
      kind: 'everywhere',
    });
    expect(asked).toEqual(['alice list pods *']);
  });

  it('asks namespace by namespace where it must, and never for the empty one', async () => {
    const { access, asked } = authorizer(({ namespace }) => (namespace === 'b' ? 'allowed' : 'denied'));
    expect(
      await access.findWhere(alice, listPods, { namespaces: () => Promise.resolve(['a', 'b', '', 'a']) }),
    ).toEqual({
      kind: 'listed',
      namespaces: ['b'],
      objects: [],
      names: [],
    });
    expect(asked).toEqual(['alice list pods *', 'alice list pods a', 'alice list pods b']);
  });

  it('finds rights to a single name, also of cluster-scoped objects', async () => {
    const { access } = authorizer(({ namespace, name }) =>
      namespace === 'a' || (name === 'x' && namespace !== 'c') ? 'allowed' : 'denied',
    );
    const where = await access.findWhere(alice, listPods, {
      namespaces: () => Promise.resolve(['a', 'b', 'c', '']),
      name: 'x',
    });
    expect(where).toEqual({
      kind: 'listed',
      namespaces: ['a'],
      objects: [
        { namespace: 'b', name: 'x' },
        { namespace: '', name: 'x' },
      ],
      names: [],
    });
  });

  it('finds single objects of a kind, where not all of a namespace may be got', async () => {
    const asked: (readonly string[])[] = [];
    const { access } = authorizer(({ namespace, name }) =>
      namespace === 'a' || name === 'x' ? 'allowed' : 'denied',
    );
    const where = await access.findWhere(
      alice,
      { ...listPods, verb: 'get' },
      {
        namespaces: () => Promise.resolve(['a', 'b', '']),
        objects: (namespaces) => {
          asked.push(namespaces);
          return Promise.resolve(['x', 'y'].map((name) => ({ namespace: 'b', name })));
        },
      },
    );
    expect(where).toMatchObject({ namespaces: ['a'], objects: [{ namespace: 'b', name: 'x' }] });
    expect(asked).toEqual([['b', '']]);
  });

  it('asks about one Namespace inside it, as the API server does', async () => {
    const { access } = authorizer(({ namespace, name }) =>
      namespace === 'shop' && name === 'shop' ? 'allowed' : 'denied',
    );
    const where = await access.findWhere(
      alice,
      { verb: 'get', group: '', resource: 'namespaces' },
      { namespaces: () => Promise.resolve(['']), name: 'shop' },
    );
    expect(where).toMatchObject({ namespaces: [], objects: [{ namespace: '', name: 'shop' }] });
  });

  it('knows nothing as soon as one answer is missing', async () => {
    for (const missing of ['', 'b']) {
      const { access } = authorizer(({ namespace }) => (namespace === missing ? 'unknown' : 'denied'));
      expect(await access.findWhere(alice, listPods, { namespaces: () => Promise.resolve(['a', 'b']) })).toBe(
        'unknown',
      );
    }
  });

  it('keeps answers for as long as it is told, and not longer', async () => {
    const { access, asked, at } = authorizer(() => 'allowed');
    const question = { ...listPods, namespace: 'a', name: '' };
    expect(access.decideNow(alice, question)).toBeUndefined();
    await access.decide(alice, question);
    at(3_999);
    expect(access.decideNow(alice, question)).toBe('allowed');
    await access.decide(alice, question);
    expect(asked).toHaveLength(1);
    at(4_000);
    expect(access.decideNow(alice, question)).toBeUndefined();
    await access.decide(alice, question);
    expect(asked).toHaveLength(2);
  });

  it('asks again sooner what was refused, where it is told so', async () => {
    let now = 0;
    let decision: Decision = 'denied';
    const access = createReviewedAccessControl({
      review: () => Promise.resolve(decision),
      ttlMs: 30_000,
      deniedTtlMs: 3_000,
      now: () => now,
    });
    const question = { ...listPods, namespace: '', name: '' };
    expect(await access.decide(alice, question)).toBe('denied');
    decision = 'allowed';
    now = 2_999;
    expect(await access.decide(alice, question)).toBe('denied');
    now = 3_000;
    expect(await access.decide(alice, question)).toBe('allowed');
    now = 32_999;
    expect(access.decideNow(alice, question)).toBe('allowed');
  });

  it('asks soon again what nobody could answer', async () => {
    const { access, asked, at } = authorizer(() => 'unknown');
    const question = { ...listPods, namespace: 'a', name: '' };
    await access.decide(alice, question);
    await access.decide(alice, question);
    expect(asked).toHaveLength(1);
    at(500);
    await access.decide(alice, question);
    expect(asked).toHaveLength(2);
  });

  it('asks once for callers with the same question at the same time', async () => {
    const { access, asked } = authorizer(() => 'denied');
    const question = { ...listPods, namespace: 'a', name: '' };
    expect(await Promise.all([access.decide(alice, question), access.decide(alice, question)])).toEqual([
      'denied',
      'denied',
    ]);
    expect(asked).toHaveLength(1);
  });

  it('never gives the answer for one user, group or question to another', async () => {
    const { access, asked } = authorizer(() => 'allowed');
    const question = { ...listPods, namespace: 'a', name: '' };
    const users = [
      alice,
      { username: 'bob', groups: ['team-a'] },
      { username: 'alice', groups: [] },
      { username: 'alice', groups: ['team-a'], uid: '7' },
      { username: 'alice', groups: ['team-a'], extra: { scopes: ['x'] } },
    ];
    for (const user of users) await access.decide(user, question);
    const questions = [
      { ...question, verb: 'get' as const },
      { ...question, group: 'apps' },
      { ...question, resource: 'secrets' },
      { ...question, subresource: 'log' },
      { ...question, namespace: 'b' },
      { ...question, name: 'x' },
    ];
    for (const other of questions) await access.decide(alice, other);
    expect(asked).toHaveLength(users.length + questions.length);
    await access.decide({ username: 'alice', groups: ['team-a', 'team-a'] }, question);
    expect(asked).toHaveLength(users.length + questions.length);
  });
});
