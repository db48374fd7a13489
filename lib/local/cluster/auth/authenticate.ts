import { createHash, timingSafeEqual } from 'node:crypto';

import type { UserInfo } from '../../../core/user-info.ts';
import { unauthorized } from '../http/status-error.ts';

export const anonymous: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Group of everybody who has authenticated. */
const authenticated = 'system:authenticated';

/** The user of a token and those of the audiences asked for that it is meant for. */
export type Authenticated = { readonly user: UserInfo; readonly audiences: readonly string[] };

/** Finds out whose token it is; undefined for tokens that nobody has or that are for other audiences. */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => Authenticated | undefined;

/** Static tokens, compared in constant time so that their text cannot be guessed byte by byte. */
export function staticTokens(tokens: ReadonlyMap<string, UserInfo>, ownAudience: string): TokenAuthenticator {
  const digests = [...tokens].map(([token, user]) => ({ digest: digest(token), user }));
  return (token, audiences) => {
    const given = digest(token);
    const found = digests.find((known) => timingSafeEqual(known.digest, given));
    if (found === undefined || !audiences.includes(ownAudience)) return undefined;
    return { user: withAuthenticatedGroup(found.user), audiences: [ownAudience] };
  };
}

/**
 * Who sends a request with this Authorization header; nobody in particular without one.
 * @throws StatusError 401 for credentials that are wrong
 */
export function authenticate(
  authorization: string | undefined,
  find: (token: string) => Authenticated | undefined,
): UserInfo {
  if (authorization === undefined || authorization.trim() === '') return anonymous;
  const [scheme = '', token = ''] = authorization.trim().split(/ +/, 2);
  // Other schemes are nobody's business here: the request goes on without a user, as in the real server.
  if (scheme.toLowerCase() !== 'bearer' || token === '') return anonymous;
  const found = find(token);
  if (found === undefined) throw unauthorized();
  return found.user;
}

/** Adds the group that every authenticated user has. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticated)) return user;
  return { ...user, groups: [...user.groups, authenticated] };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
