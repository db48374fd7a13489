import { describe, expect, it } from 'vitest';
import { createAuthenticate } from './authenticate.ts';
import type { Authentication, Authenticator } from './authenticator.ts';

const alice = { kind: 'user', realm: 'issuer', user: { username: 'alice', groups: [] } } as const;

function scripted(...answers: Authentication[]): { seen: string[]; authenticators: Authenticator[] } {
  const seen: string[] = [];
  const authenticators = answers.map(
    (answer): Authenticator =>
      (token) => {
        seen.push(token);
        return Promise.resolve(answer);
      },
  );
  return { seen, authenticators };
}

describe('createAuthenticate()', () => {
  it.each(['Bearer abc.d_e-f', 'bearer abc.d_e-f', 'BEARER   abc.d_e-f '])(
    'reads the token of %j',
    async (header) => {
      const { seen, authenticators } = scripted(alice);
      expect(await createAuthenticate(authenticators)(header)).toEqual({ ...alice, token: 'abc.d_e-f' });
      expect(seen).toEqual(['abc.d_e-f']);
    },
  );

  it.each([undefined, null, ''])('refuses the missing header %j', async (header) => {
    const { authenticators } = scripted(alice);
    const caller = await createAuthenticate(authenticators)(header);
    expect(caller).toEqual({ kind: 'refused', reason: 'missing authorization header' });
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'abc',
    'Bearer "x"',
    `Bearer ${'x'.repeat(16_385)}`,
  ])('refuses the malformed header %j', async (header) => {
    const { seen, authenticators } = scripted(alice);
    expect(await createAuthenticate(authenticators)(header)).toMatchObject({ kind: 'refused' });
    expect(seen).toEqual([]);
  });

  it('lets the first one that judges decide', async () => {
    const refused = { kind: 'refused', reason: 'token is expired' } as const;
    const { seen, authenticators } = scripted({ kind: 'skipped' }, refused, alice);
    expect(await createAuthenticate(authenticators)('Bearer x')).toEqual(refused);
    expect(seen).toHaveLength(2);
  });

  it('asks the next one where one is unavailable, and says so when nobody else knows', async () => {
    const down = { kind: 'unavailable', reason: 'down' } as const;
    expect(await createAuthenticate(scripted(down, alice).authenticators)('Bearer x')).toMatchObject(alice);
    expect(await createAuthenticate(scripted(down, { kind: 'skipped' }).authenticators)('Bearer x')).toEqual(
      down,
    );
    const refused = { kind: 'refused', reason: 'token is invalid' } as const;
    expect(await createAuthenticate(scripted(down, refused).authenticators)('Bearer x')).toEqual(down);
  });

  it('tells what nobody judged, and nothing else', async () => {
    let unjudged = 0;
    const ask = (header: string | undefined, ...answers: Authentication[]) =>
      createAuthenticate(scripted(...answers).authenticators, () => {
        unjudged += 1;
      })(header);
    await ask('Bearer x', alice);
    await ask('Bearer x', { kind: 'refused', reason: 'token is expired' });
    await ask('Bearer x', { kind: 'unavailable', reason: 'down' });
    expect(unjudged).toBe(0);
    await ask(undefined, alice);
    await ask('Basic x', alice);
    await ask('Bearer x', { kind: 'skipped' });
    expect(unjudged).toBe(3);
  });

  it('refuses everything where no authenticator is configured', async () => {
    expect(await createAuthenticate([])('Bearer x')).toEqual({ kind: 'refused', reason: 'token is invalid' });
  });
});
