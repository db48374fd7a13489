import { expect, it } from 'vitest';
import type { Caller, KnownCaller } from '../core/caller.ts';
import { recheckCaller } from './recheck-caller.ts';

const alice: KnownCaller = {
  kind: 'user',
  user: { username: 'alice', groups: ['a'] },
  realm: 'issuer',
  token: 'token',
};

function rechecked(...answers: Caller[]) {
  const headers: unknown[] = [];
  const caller = recheckCaller((header) => {
    headers.push(header);
    return Promise.resolve(answers.shift() ?? alice);
  }, alice);
  return { caller, headers };
}

it('recheckCaller() takes over changed groups', async () => {
  const { caller, headers } = rechecked({ ...alice, user: { username: 'alice', groups: ['b'] } });
  expect(await caller.refusal()).toBeUndefined();
  expect(caller.user().groups).toEqual(['b']);
  expect(headers).toEqual(['Bearer token']);
});

it('recheckCaller() refuses who is refused, and a token that changed hands', async () => {
  const { caller } = rechecked({ kind: 'refused', reason: 'token is expired' });
  expect(await caller.refusal()).toBe('token is expired');
  const bob = { ...alice, user: { username: 'bob', groups: [] } };
  expect(await rechecked(bob).caller.refusal()).toBe('token is of another user now');
  const local = { ...alice, realm: 'cluster' } as const;
  expect(await rechecked(local).caller.refusal()).toBe('token stands for other clusters now');
});

it('recheckCaller() bears with a short outage, and not with a long one', async () => {
  const down = { kind: 'unavailable', reason: 'down' } as const;
  const { caller } = rechecked(down, down, alice, ...Array.from({ length: 6 }, () => down));
  const refusals: (string | undefined)[] = [];
  for (let turn = 0; turn < 9; turn += 1) refusals.push(await caller.refusal());
  expect(refusals.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => undefined));
  expect(refusals[8]).toBe('cannot verify the token');
});
