import type { Authenticator } from './authenticator.ts';
import type { FindClientConfig } from './client-configs.ts';

/**
 * Takes users of a token only where the cluster knows them by a certificate of their own, and with the groups of both:
 * those that the issuer names, and those that the cluster's authority put into the certificate.
 */
export function withClientConfig(authenticate: Authenticator, find: FindClientConfig): Authenticator {
  return async (token, signal) => {
    const found = await authenticate(token, signal);
    if (found.kind !== 'user') return found;
    const config = await find(found.user.username);
    if (config.kind !== 'holder') return config;
    const { groups, expiresAtMs } = config.holder;
    return {
      ...found,
      user: { ...found.user, groups: [...new Set([...found.user.groups, ...groups])] },
      expiresAtMs: Math.min(found.expiresAtMs ?? Number.POSITIVE_INFINITY, expiresAtMs),
    };
  };
}
