import type { ClusterState } from '../cluster-state.ts';
import { type TokenAuthenticator, withAuthenticatedGroup } from './authenticate.ts';
import { serviceAccountUser, type TokenIssuer } from './service-account-tokens.ts';

/** Takes tokens of ServiceAccounts that still exist: one that was deleted and created anew is another one. */
export function serviceAccountTokens(
  cluster: Pick<ClusterState, 'store' | 'now'>,
  issuer: TokenIssuer,
): TokenAuthenticator {
  return (token, audiences) => {
    const claims = issuer.read(token, cluster.now());
    if (claims === undefined) return undefined;
    const matching = audiences.filter((audience) => claims.aud.includes(audience));
    if (matching.length === 0) return undefined;
    const { namespace, serviceaccount } = claims['kubernetes.io'];
    const stored = cluster.store.get('serviceaccounts', `${namespace}/${serviceaccount.name}`);
    if (stored?.uid !== serviceaccount.uid) return undefined;
    return { user: withAuthenticatedGroup(serviceAccountUser(claims)), audiences: matching };
  };
}
