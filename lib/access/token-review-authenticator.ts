import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import { createTtlCache } from '../core/ttl-cache.ts';
import type { Authentication, Authenticator } from './authenticator.ts';

/** As delegated authenticators of the API server have it by default. */
const userTtlMs = 10_000;
/** Shorter, because a service account's first token may be known to one API server before the others. */
const refusedTtlMs = 5_000;
const maxCacheEntries = 10_000;
const reviewTimeoutMs = 5_000;

const statusSchema = z.object({
  authenticated: z.boolean().optional(),
  audiences: z.array(z.string()).optional(),
  user: z
    .object({
      // An API server that knows no such user answers with an empty one.
      username: z.string().default(''),
      uid: z.string().optional(),
      groups: z.array(z.string()).optional(),
      extra: z.record(z.string(), z.array(z.string())).optional(),
    })
    .optional(),
});

/**
 * Asks the API server whose token it is (TokenReview), for service accounts and whatever else the cluster
 * accepts. Answers are kept for seconds under the token's SHA-256; several requests with one token wait
 * for one review.
 * @param options.audiences where given, the token must be meant for at least one of them
 */
export function createTokenReviewAuthenticator(options: {
  readonly request: KubernetesRequest;
  readonly audiences: readonly string[];
  readonly now: () => number;
}): Authenticator {
  const cache = createTtlCache<Authentication>({ maxEntries: maxCacheEntries, now: options.now });
  const underWay = new Map<string, Promise<Authentication>>();
  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64');
    const known = cache.get(key) ?? underWay.get(key);
    if (known !== undefined) return known;
    const review = reviewToken(options, token)
      .then((authentication) => {
        cache.set(key, authentication, ttlOf(authentication, options.now()));
        return authentication;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, review);
    return review;
  };
}

async function reviewToken(
  options: { readonly request: KubernetesRequest; readonly audiences: readonly string[] },
  token: string,
): Promise<Authentication> {
  try {
    const answer = await options.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, ...(options.audiences.length === 0 ? {} : { audiences: options.audiences }) },
      },
      timeoutMs: reviewTimeoutMs,
    });
    if (answer.status !== 200 && answer.status !== 201) {
      return { kind: 'unavailable', reason: `TokenReview was answered with ${answer.status}` };
    }
    return judge(answer.body, options.audiences, token);
  } catch (error) {
    return { kind: 'unavailable', reason: `TokenReview failed: ${String(error)}` };
  }
}

function judge(body: unknown, audiences: readonly string[], token: string): Authentication {
  const review = z.object({ status: statusSchema }).safeParse(body);
  if (!review.success) return { kind: 'unavailable', reason: 'TokenReview was answered without a status' };
  const { authenticated, user, audiences: accepted } = review.data.status;
  if (authenticated !== true || !user?.username) return { kind: 'refused', reason: 'token is invalid' };
  // An API server that does not know audiences returns none, and then vouches for no audience at all.
  if (audiences.length > 0 && !audiences.some((audience) => accepted?.includes(audience))) {
    return { kind: 'refused', reason: 'token is invalid' };
  }
  const expiresAtMs = expiryOf(token);
  return {
    kind: 'user',
    realm: 'cluster',
    user: {
      username: user.username,
      groups: user.groups ?? [],
      ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

/** The API server has verified the token, so its `exp` can be believed; opaque tokens have none. */
function expiryOf(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : exp * 1_000;
  } catch {
    // Not a JWT.
    return undefined;
  }
}

function ttlOf(authentication: Authentication, now: number): number {
  switch (authentication.kind) {
    case 'user':
      return Math.min(userTtlMs, (authentication.expiresAtMs ?? Number.POSITIVE_INFINITY) - now);
    case 'refused':
      return refusedTtlMs;
    case 'skipped':
    case 'unavailable':
      return 0;
  }
}
