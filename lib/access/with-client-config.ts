import type { Authenticator } from './authenticator.ts';
import type { FindClientConfig } from './client-configs.ts';

/**
 * Takes users of a token only where the cluster knows them by a certificate of their own, and with the certificate's
 * groups alone: who can sign tokens cannot join a group thereby. The certificate's word counts in its own cluster; in
 * others, groups count only as far as the token's issuer says the same.
 */
export function withClientConfig(authenticate: Authenticator, find: FindClientConfig): Authenticator {
  return async (token, signal) => {
    const found = await authenticate(token, signal);
    if (found.kind !== 'user') return found;
    const config = await find(found.user.username);
    if (config.kind !== 'holder') return config;
    const { expiresAtMs } = config.holder;
    const groups = [...new Set([...config.holder.groups, 'system:authenticated'])];
    const isSaidByIssuer = groups.every((group) => found.user.groups.includes(group));
    return {
      ...found,
      realm: isSaidByIssuer ? found.realm : 'cluster',
      user: { ...found.user, groups },
      expiresAtMs: Math.min(found.expiresAtMs ?? Number.POSITIVE_INFINITY, expiresAtMs),
    };
  };
}
