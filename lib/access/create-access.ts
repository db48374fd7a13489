import type { Authenticate } from '../core/caller.ts';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { AccessControl } from './access-control.ts';
import { createAuthenticate } from './authenticate.ts';
import { createHs256Authenticator } from './hs256-authenticator.ts';
import { createReviewAccess } from './review-access.ts';
import { createReviewedAccessControl } from './reviewed-access-control.ts';
import { createTokenReviewAuthenticator } from './token-review-authenticator.ts';

export type AccessOptions = {
  readonly JWT_SIGN_KEY?: string | undefined;
  readonly JWT_ISSUER?: string | undefined;
  readonly JWT_AUDIENCE?: string | undefined;
  readonly TOKEN_REVIEW: boolean;
  readonly TOKEN_AUDIENCES: readonly string[];
  readonly ACCESS_CACHE_TTL: number;
};

/** Who callers are and what they may do in one cluster, as configured. */
export function createAccess(
  config: AccessOptions,
  cluster: {
    readonly request: KubernetesRequest;
    readonly now: () => number;
    /** Gets why rights could not be found out. */
    readonly onUnknown: (reason: string) => void;
  },
): { readonly authenticate: Authenticate; readonly access: AccessControl } {
  const { request, now, onUnknown } = cluster;
  const jwt =
    config.JWT_SIGN_KEY === undefined
      ? []
      : [
          createHs256Authenticator({
            signKey: config.JWT_SIGN_KEY,
            ...(config.JWT_ISSUER === undefined ? {} : { issuer: config.JWT_ISSUER }),
            ...(config.JWT_AUDIENCE === undefined ? {} : { audience: config.JWT_AUDIENCE }),
            now,
          }),
        ];
  const reviewed = config.TOKEN_REVIEW
    ? [createTokenReviewAuthenticator({ request, audiences: config.TOKEN_AUDIENCES, now })]
    : [];
  return {
    authenticate: createAuthenticate([...jwt, ...reviewed]),
    access: createReviewedAccessControl({
      review: createReviewAccess({ request, onUnknown }),
      ttlMs: config.ACCESS_CACHE_TTL,
      now,
    }),
  };
}
