import { createHash } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { createTtlCache } from '../core/ttl-cache.ts';
import type { Authentication, Authenticator } from './authenticator.ts';

/** Clocks of issuer and reader may differ by this much, as in the seed stack. */
const leewaySeconds = 5;

const maxCacheEntries = 10_000;

const claimsSchema = z.object({
  username: z.string().min(1).max(1024),
  groups: z.array(z.string()).nullish(),
  exp: z.number(),
});

/**
 * Verifies JWTs as Krateo's authn issues them: HS256 with a shared secret, claims `username` and `groups`.
 * The algorithm is pinned and `exp` required; issuer and audience are checked where they are given.
 * A user of a valid token is an authenticated one, so `system:authenticated` is added to the groups, as the
 * API server does. Tokens of other algorithms are skipped.
 *
 * What was found valid is known by the token's SHA-256 until it expires: a verification takes 1 ms of CPU, more than
 * anything else that a small answer needs.
 */
export function createHs256Authenticator(options: {
  readonly signKey: string;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly now: () => number;
}): Authenticator {
  const key = new TextEncoder().encode(options.signKey);
  const valid = createTtlCache<Authentication>({ maxEntries: maxCacheEntries, now: options.now });
  return async (token) => {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = valid.get(hash);
    if (known !== undefined) return known;
    if (algorithmOf(token) !== 'HS256') return { kind: 'skipped' };
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        clockTolerance: leewaySeconds,
        requiredClaims: ['exp'],
        currentDate: new Date(options.now()),
        ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
        ...(options.audience === undefined ? {} : { audience: options.audience }),
      });
      const found = authenticationOf(payload);
      if (found.kind === 'user') valid.set(hash, found, found.expiresAtMs - options.now());
      return found;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'refused', reason: 'token is expired' };
      if (error instanceof errors.JOSEError) return { kind: 'refused', reason: 'token is invalid' };
      throw error;
    }
  };
}

type Verified =
  | (Extract<Authentication, { kind: 'user' }> & { readonly expiresAtMs: number })
  | Extract<Authentication, { kind: 'refused' }>;

function authenticationOf(payload: object): Verified {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return { kind: 'refused', reason: 'token is invalid' };
  const { username, groups, exp } = claims.data;
  return {
    kind: 'user',
    realm: 'issuer',
    user: { username, groups: [...new Set([...(groups ?? []), 'system:authenticated'])] },
    expiresAtMs: (exp + leewaySeconds) * 1_000,
  };
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    // Not a JWT at all.
    return undefined;
  }
}
