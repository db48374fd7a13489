import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createHs256Authenticator } from './hs256-authenticator.ts';

const signKey = 'a key that only the issuer and its readers know';
const nowSeconds = 1_800_000_000;
const authenticate = createHs256Authenticator({ signKey, now: () => nowSeconds * 1_000 });

type Changes = {
  readonly claims?: Record<string, unknown>;
  readonly exp?: number | null;
  readonly nbf?: number;
  readonly key?: string;
  readonly alg?: string;
};

async function token(changes: Changes = {}): Promise<string> {
  const jwt = new SignJWT({ username: 'alice', groups: ['team-a'], ...changes.claims }).setProtectedHeader({
    alg: changes.alg ?? 'HS256',
  });
  if (changes.exp !== null) jwt.setExpirationTime(changes.exp ?? nowSeconds + 60);
  if (changes.nbf !== undefined) jwt.setNotBefore(changes.nbf);
  return jwt.sign(new TextEncoder().encode(changes.key ?? signKey));
}

describe('createHs256Authenticator()', () => {
  it('finds user and groups, and adds the group of everyone who is authenticated', async () => {
    expect(await authenticate(await token())).toEqual({
      kind: 'user',
      realm: 'issuer',
      user: { username: 'alice', groups: ['team-a', 'system:authenticated'] },
      expiresAtMs: (nowSeconds + 65) * 1_000,
    });
  });

  it('takes a token without groups', async () => {
    for (const groups of [undefined, null]) {
      expect(await authenticate(await token({ claims: { groups } }))).toMatchObject({
        kind: 'user',
        user: { groups: ['system:authenticated'] },
      });
    }
  });

  it('refuses what it found valid before once it has expired', async () => {
    let nowMs = nowSeconds * 1_000;
    const later = createHs256Authenticator({ signKey, now: () => nowMs });
    const short = await token({ exp: nowSeconds + 10 });
    expect(await later(short)).toMatchObject({ kind: 'user' });
    nowMs += 14_999;
    expect(await later(short)).toMatchObject({ kind: 'user' });
    nowMs += 1;
    expect(await later(short)).toEqual({ kind: 'refused', reason: 'token is expired' });
    expect(await later(`${short.slice(0, -2)}AA`)).toMatchObject({ kind: 'refused' });
  });

  it('lets clocks differ by five seconds', async () => {
    expect(await authenticate(await token({ exp: nowSeconds - 4 }))).toMatchObject({ kind: 'user' });
    expect(await authenticate(await token({ nbf: nowSeconds + 4 }))).toMatchObject({ kind: 'user' });
  });

  const refused: readonly (readonly [string, Changes, string])[] = [
    ['an expired token', { exp: nowSeconds - 6 }, 'token is expired'],
    ['a token that is not valid yet', { nbf: nowSeconds + 6 }, 'token is invalid'],
    ['a token without exp', { exp: null }, 'token is invalid'],
    ['a forged signature', { key: 'another key of somebody else entirely' }, 'token is invalid'],
    ['a token without username', { claims: { username: undefined } }, 'token is invalid'],
    ['an empty username', { claims: { username: '' } }, 'token is invalid'],
    ['a username that is no text', { claims: { username: ['alice'] } }, 'token is invalid'],
    ['groups that are no list', { claims: { groups: 'system:masters' } }, 'token is invalid'],
  ];
  it.each(refused)('refuses %s', async (_, changes, reason) => {
    expect(await authenticate(await token(changes))).toEqual({ kind: 'refused', reason });
  });

  it('leaves other algorithms to others, even with the right key', async () => {
    expect(await authenticate(await token({ alg: 'HS512', key: signKey.repeat(2) }))).toEqual({
      kind: 'skipped',
    });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    expect(await authenticate(unsigned)).toEqual({ kind: 'skipped' });
    expect(await authenticate('opaque')).toEqual({ kind: 'skipped' });
  });

  it('checks issuer and audience where they are configured', async () => {
    const strict = createHs256Authenticator({
      signKey,
      issuer: 'krateo.io',
      audience: 'mirror',
      now: () => nowSeconds * 1_000,
    });
    const claims = { iss: 'krateo.io', aud: ['mirror', 'x'] };
    expect(await strict(await token({ claims }))).toMatchObject({ kind: 'user' });
    for (const wrong of [{ iss: 'other' }, { aud: 'other' }, { aud: undefined }]) {
      expect(await strict(await token({ claims: { ...claims, ...wrong } }))).toMatchObject({
        kind: 'refused',
      });
    }
  });
});
