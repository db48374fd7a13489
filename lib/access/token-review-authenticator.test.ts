import { describe, expect, it } from 'vitest';
import type { KubernetesAnswer, KubernetesRequest } from '../core/kubernetes-request.ts';
import { createTokenReviewAuthenticator } from './token-review-authenticator.ts';

function apiServer(answer: () => Partial<KubernetesAnswer> | Promise<Partial<KubernetesAnswer>>) {
  const bodies: unknown[] = [];
  const request: KubernetesRequest = async ({ body }) => {
    bodies.push(body);
    return { status: 201, headers: {}, body: {}, ...(await answer()) };
  };
  return { bodies, request };
}

const accepted = (user: object, audiences?: string[]) => ({
  body: { status: { authenticated: true, user, ...(audiences && { audiences }) } },
});

describe('createTokenReviewAuthenticator()', () => {
  it('asks the API server and takes over user, groups, uid and extra', async () => {
    const user = { username: 'alice', uid: '7', groups: ['team-a'], extra: { scopes: ['x'] } };
    const { request, bodies } = apiServer(() => accepted(user));
    const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => 0 });
    expect(await authenticate('opaque')).toEqual({ kind: 'user', realm: 'cluster', user });
    expect(bodies).toEqual([
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'opaque' } },
    ]);
  });

  it('asks once for ten seconds, and once for requests that come together', async () => {
    let now = 0;
    const { request, bodies } = apiServer(() => accepted({ username: 'alice' }));
    const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => now });
    await Promise.all([authenticate('opaque'), authenticate('opaque'), authenticate('other')]);
    now = 9_999;
    await authenticate('opaque');
    expect(bodies).toHaveLength(2);
    now = 10_000;
    await authenticate('opaque');
    expect(bodies).toHaveLength(3);
  });

  it('keeps a token no longer than it lives', async () => {
    let now = 1_000_000;
    const claims = Buffer.from(JSON.stringify({ exp: 1_003 })).toString('base64url');
    const token = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${claims}.x`;
    const { request, bodies } = apiServer(() => accepted({ username: 'alice' }));
    const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => now });
    expect(await authenticate(token)).toMatchObject({ kind: 'user', expiresAtMs: 1_003_000 });
    now = 1_003_000;
    await authenticate(token);
    expect(bodies).toHaveLength(2);
  });

  it('refuses what the API server does not authenticate', async () => {
    for (const status of [
      {},
      { user: {}, error: 'unknown' },
      { authenticated: true, user: {} },
      { authenticated: true },
    ]) {
      const { request } = apiServer(() => ({ body: { status } }));
      const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => 0 });
      expect(await authenticate('forged')).toEqual({ kind: 'refused', reason: 'token is invalid' });
    }
  });

  it('refuses a token for another audience, also from a server that knows no audiences', async () => {
    const cases = [
      [['mirror', 'x'], 'user'] as const,
      [['other'], 'refused'] as const,
      [undefined, 'refused'] as const,
    ];
    for (const [audiences, kind] of cases) {
      const { request } = apiServer(() => accepted({ username: 'alice' }, audiences && [...audiences]));
      const authenticate = createTokenReviewAuthenticator({ request, audiences: ['mirror'], now: () => 0 });
      expect(await authenticate('opaque')).toMatchObject({ kind });
    }
  });

  it('says that it could not ask, and asks again the next time', async () => {
    let works = false;
    const { request } = apiServer(() => {
      if (!works) throw new Error('connection refused');
      return accepted({ username: 'alice' });
    });
    const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => 0 });
    expect(await authenticate('opaque')).toMatchObject({ kind: 'unavailable' });
    works = true;
    expect(await authenticate('opaque')).toMatchObject({ kind: 'user' });
  });

  it.each([403, 500, 429])('takes status %d for no answer', async (status) => {
    const { request } = apiServer(() => ({ ...accepted({ username: 'alice' }), status }));
    const authenticate = createTokenReviewAuthenticator({ request, audiences: [], now: () => 0 });
    expect(await authenticate('opaque')).toMatchObject({ kind: 'unavailable' });
  });
});
