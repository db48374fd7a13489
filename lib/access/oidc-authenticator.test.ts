import fc from 'fast-check';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOidcAuthenticator, type OidcOptions } from './oidc-authenticator.ts';
import { createOidcKeys } from './oidc-keys.ts';

const issuer = 'https://login.example.org/realms/shop';
const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
const nowSeconds = nowMs / 1_000;

type Key = { readonly kid: string; readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };

let rsa: Key;
let ec: Key;
let stranger: Key;

beforeAll(async () => {
  rsa = { kid: 'rsa', ...(await generateKeyPair('RS256')) };
  ec = { kid: 'ec', ...(await generateKeyPair('ES256')) };
  stranger = { kid: 'rsa', ...(await generateKeyPair('RS256')) };
});

/** An issuer as it is read: what its two documents say now, and how often they were read. */
function issuerWith(keys: readonly Key[], discovery: object = {}) {
  const state = { keys, down: false, reads: [] as string[] };
  const read = async (url: string): Promise<string> => {
    state.reads.push(url);
    if (state.down) throw new Error('connection refused');
    if (url === `${issuer}/.well-known/openid-configuration`) {
      return JSON.stringify({ issuer, jwks_uri: 'https://login.example.org/keys', ...discovery });
    }
    const jwks = state.keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid }));
    return JSON.stringify({ keys: await Promise.all(jwks) });
  };
  return { state, read };
}

function authenticatorOf(
  read: (url: string) => Promise<string>,
  options: Partial<OidcOptions> = {},
  now = () => nowMs,
) {
  return createOidcAuthenticator({
    issuer,
    audiences: ['portal', 'cli'],
    algorithms: ['RS256'],
    usernameClaim: 'sub',
    usernamePrefix: '',
    groupsClaim: 'groups',
    groupsPrefix: '',
    keys: createOidcKeys({ issuer, read, now, onFailure: () => {} }),
    now,
    ...options,
  });
}

type Changes = { readonly alg?: string; readonly key?: Key; readonly claims?: Record<string, unknown> };

function token({ alg = 'RS256', key = rsa, claims = {} }: Changes = {}): Promise<string> {
  const payload = { iss: issuer, aud: 'portal', sub: 'alice', exp: nowSeconds + 60, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid }).sign(key.privateKey);
}

describe('createOidcAuthenticator()', () => {
  it('finds the user and the groups of a token', async () => {
    const authenticate = authenticatorOf(issuerWith([rsa]).read);
    expect(await authenticate(await token({ claims: { groups: ['team-a'] } }))).toEqual({
      kind: 'user',
      realm: 'issuer',
      user: { username: 'alice', groups: ['team-a', 'system:authenticated'] },
      expiresAtMs: (nowSeconds + 70) * 1_000,
    });
    expect(
      await authenticate(await token({ claims: { aud: ['other', 'cli'], groups: 'one' } })),
    ).toMatchObject({ user: { groups: ['one', 'system:authenticated'] } });
  });

  it('puts prefixes before names and groups, by default the issuer before a name that is no e-mail address', async () => {
    const { read } = issuerWith([rsa]);
    const of = async (options: Partial<OidcOptions>, claims: Record<string, unknown> = {}) => {
      const found = await authenticatorOf(
        read,
        options,
      )(await token({ claims: { email: 'a@example.org', groups: ['g'], ...claims } }));
      return found.kind === 'user' ? [found.user.username, found.user.groups[0]] : found.kind;
    };
    expect(await of({ usernamePrefix: undefined })).toEqual([`${issuer}#alice`, 'g']);
    expect(await of({ usernamePrefix: 'oidc:', groupsPrefix: 'oidc:' })).toEqual(['oidc:alice', 'oidc:g']);
    expect(await of({ usernamePrefix: undefined, usernameClaim: 'email' })).toEqual(['a@example.org', 'g']);
    expect(await of({ usernameClaim: 'email' }, { email_verified: false })).toBe('refused');
  });

  it.each<[string, Changes]>([
    ['expired', { claims: { exp: nowSeconds - 11 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['not valid yet', { claims: { nbf: nowSeconds + 60 } }],
    ['for another audience', { claims: { aud: 'other' } }],
    ['for no audience', { claims: { aud: undefined } }],
    ['without a name', { claims: { sub: undefined } }],
    ['whose name is no text', { claims: { sub: 7 } }],
    ['whose groups are no texts', { claims: { groups: [{}] } }],
    ["of a name that is Kubernetes' own", { claims: { sub: 'system:admin' } }],
  ])('refuses a token that is %s', async (_what, changes) => {
    const authenticate = authenticatorOf(issuerWith([rsa]).read);
    expect((await authenticate(await token(changes))).kind).toBe('refused');
  });

  it('refuses what another key signed under the same id, and algorithms that are not allowed', async () => {
    const authenticate = authenticatorOf(issuerWith([rsa, ec]).read);
    expect((await authenticate(await token({ key: stranger }))).kind).toBe('refused');
    expect((await authenticate(await token({ key: ec, alg: 'ES256' }))).kind).toBe('refused');
    const both = authenticatorOf(issuerWith([rsa, ec]).read, { algorithms: ['RS256', 'ES256'] });
    expect((await both(await token({ key: ec, alg: 'ES256' }))).kind).toBe('user');
  });

  it('takes no public key for a shared secret, and nothing unsigned', async () => {
    const authenticate = authenticatorOf(issuerWith([rsa]).read);
    const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
    const claims = { iss: issuer, aud: 'portal', sub: 'root', exp: nowSeconds + 60 };
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const forged of [
      confused,
      `${part({ alg: 'none' })}.${part(claims)}.`,
      `${part({})}.${part(claims)}.x`,
    ]) {
      expect(['skipped', 'refused']).toContain((await authenticate(forged)).kind);
    }
  });

  it('leaves groups of Kubernetes itself out, whatever the issuer says', async () => {
    const authenticate = authenticatorOf(issuerWith([rsa]).read);
    const found = await authenticate(await token({ claims: { groups: ['system:masters', 'a'] } }));
    expect(found).toMatchObject({ user: { groups: ['a', 'system:authenticated'] } });
  });

  it('skips tokens of others without asking anybody', async () => {
    const { read, state } = issuerWith([rsa]);
    const authenticate = authenticatorOf(read);
    const foreign = await token({ claims: { iss: 'https://elsewhere.example.org' } });
    for (const text of [foreign, 'opaque', '', 'a.b.c']) {
      expect((await authenticate(text)).kind).toBe('skipped');
    }
    expect(state.reads).toEqual([]);
  });

  it('finds a key that came later, but reads the keys at most once for many forged ids', async () => {
    const { read, state } = issuerWith([rsa]);
    const authenticate = authenticatorOf(read, { algorithms: ['RS256', 'ES256'] });
    expect((await authenticate(await token())).kind).toBe('user');
    const before = state.reads.length;
    for (let index = 0; index < 20; index += 1) {
      const forged = await token({ key: { ...stranger, kid: `forged-${index}` } });
      expect((await authenticate(forged)).kind).toBe('refused');
    }
    expect(state.reads.length - before).toBeLessThanOrEqual(1);
    const fresh = issuerWith([rsa]);
    const later = authenticatorOf(fresh.read, { algorithms: ['ES256'] });
    fresh.state.keys = [rsa, ec];
    expect((await later(await token({ key: ec, alg: 'ES256' }))).kind).toBe('user');
  });

  it('says that it cannot judge while the issuer is away, and judges when it is back', async () => {
    const { read, state } = issuerWith([rsa]);
    let clockMs = nowMs;
    const authenticate = authenticatorOf(read, {}, () => clockMs);
    const good = await token();
    state.down = true;
    const away = await authenticate(good);
    expect(away).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining('connection refused'),
    });
    // Not asked again for every request meanwhile.
    await authenticate(good);
    expect(state.reads.length).toBe(1);
    state.down = false;
    clockMs += 5_001;
    expect((await authenticate(good)).kind).toBe('user');
  });

  it('goes on with the keys that it has while the issuer is away, for a day', async () => {
    const { read, state } = issuerWith([rsa]);
    let clockMs = nowMs;
    const failures: string[] = [];
    const now = () => clockMs;
    const keys = createOidcKeys({ issuer, read, now, onFailure: (reason) => failures.push(reason) });
    const authenticate = authenticatorOf(read, { keys }, now);
    const judged = async (changes: Changes = {}) => {
      const exp = clockMs / 1_000 + 60;
      return (await authenticate(await token({ ...changes, claims: { exp } }))).kind;
    };
    expect(await judged()).toBe('user');
    state.down = true;
    clockMs += 3_600_000;
    expect(await judged()).toBe('user');
    expect(failures).toEqual(['connection refused']);
    // A key that nobody knows may be a new one.
    expect(await judged({ key: { ...stranger, kid: 'new' } })).toBe('unavailable');
    clockMs += 86_400_000;
    expect(await judged()).toBe('unavailable');
  });

  it('forgets a key that the issuer has taken back', async () => {
    const { read, state } = issuerWith([rsa]);
    let clockMs = nowMs;
    const authenticate = authenticatorOf(read, {}, () => clockMs);
    const good = await token({ claims: { exp: nowSeconds + 86_400 } });
    expect((await authenticate(good)).kind).toBe('user');
    state.keys = [ec];
    clockMs += 600_000;
    // The set is read in the background; the token that starts it does not wait.
    await authenticate(good);
    await expect.poll(async () => (await authenticate(good)).kind).toBe('refused');
  });

  it('finds the key of a rotated issuer once the pause after the last reading is over', async () => {
    const { read, state } = issuerWith([rsa]);
    let clockMs = nowMs;
    const authenticate = authenticatorOf(read, { algorithms: ['RS256', 'ES256'] }, () => clockMs);
    const rotated = await token({ key: ec, alg: 'ES256' });
    expect((await authenticate(await token())).kind).toBe('user');
    state.keys = [rsa, ec];
    expect((await authenticate(rotated)).kind).toBe('refused');
    clockMs += 30_000;
    expect((await authenticate(rotated)).kind).toBe('user');
    expect((await authenticate(await token())).kind).toBe('user');
  });

  it.each([
    { issuer: 'https://evil.example.org' },
    { jwks_uri: 'http://login.example.org/keys' },
    { jwks_uri: 7 },
  ])('believes no discovery document that says %j', async (discovery) => {
    const authenticate = authenticatorOf(issuerWith([rsa], discovery).read);
    expect((await authenticate(await token())).kind).toBe('unavailable');
  });

  it('never throws and never takes what is no token for a user', async () => {
    const authenticate = authenticatorOf(issuerWith([rsa]).read);
    const good = await token();
    const changed = fc
      .tuple(fc.nat(good.length - 1), fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.'))
      .map(([at, character]) => good.slice(0, at) + character + good.slice(at + 1));
    const texts = fc.oneof(changed, fc.string(), fc.base64String()).filter(
      // The last character of a signature carries bits that nobody reads.
      (text) => text.slice(0, -1) !== good.slice(0, -1),
    );
    const taken = fc.asyncProperty(texts, async (text) => (await authenticate(text)).kind !== 'user');
    expect((await fc.check(taken, { numRuns: 300 })).counterexample).toBeNull();
  });
});
