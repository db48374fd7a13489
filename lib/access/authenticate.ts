import type { Authenticate, Caller } from '../core/caller.ts';
import type { Authenticator } from './authenticator.ts';

/** Above every real token (service account tokens have about 1 KB) and below what is worth hashing. */
const maxTokenLength = 16_384;

/**
 * The first authenticator that knows the token's user decides, and the first that refuses it, but for those asked after
 * one that was unavailable: they may refuse only because they do not know what that one knows.
 * @param onUnjudged is told where there was nothing to judge, or nobody who could
 */
export function createAuthenticate(
  authenticators: readonly Authenticator[],
  onUnjudged: () => void = () => {},
): Authenticate {
  const unjudged = (reason: string): Caller => {
    onUnjudged();
    return { kind: 'refused', reason };
  };
  return async (authorization) => {
    if (!authorization) return unjudged('missing authorization header');
    const token = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > maxTokenLength) {
      return unjudged('malformed authorization header, expected "Bearer <token>"');
    }
    let unavailable: string | undefined;
    for (const authenticator of authenticators) {
      const found = await authenticator(token);
      switch (found.kind) {
        case 'user':
          return { ...found, token };
        case 'refused':
          if (unavailable === undefined) return found;
          break;
        case 'unavailable':
          unavailable ??= found.reason;
          break;
        case 'skipped':
          break;
      }
    }
    if (unavailable !== undefined) return { kind: 'unavailable', reason: unavailable };
    return unjudged('token is invalid');
  };
}
