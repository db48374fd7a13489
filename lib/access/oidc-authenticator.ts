import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { OidcAlgorithm } from '../core/oidc-algorithms.ts';
import type { Authentication, Authenticator } from './authenticator.ts';
import { KeysUnavailableError } from './oidc-keys.ts';

/** As the API server's own check of OIDC tokens has it. */
const leewaySeconds = 10;

export type OidcOptions = {
  readonly issuer: string;
  /** The token must be meant for one of them. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly OidcAlgorithm[];
  readonly usernameClaim: string;
  /** Before every name; `undefined` takes the issuer and `#`, or nothing for e-mail addresses. */
  readonly usernamePrefix: string | undefined;
  readonly groupsClaim: string;
  readonly groupsPrefix: string;
  readonly keys: () => Promise<JWTVerifyGetKey>;
  readonly now: () => number;
};

const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]);

/**
 * Verifies ID tokens of one OpenID Connect issuer as the API server does with the same settings (its `--oidc-` flags):
 * algorithms pinned, issuer, audience and `exp` required. Tokens of other issuers are skipped.
 *
 * Nobody becomes part of Kubernetes itself by an issuer's word: names that begin with `system:` are refused, and such
 * groups are left out, but for `system:authenticated`, which every authenticated user has.
 */
export function createOidcAuthenticator(options: OidcOptions): Authenticator {
  return async (token) => {
    if (!isOurs(token, options.issuer)) return { kind: 'skipped' };
    try {
      const { payload } = await jwtVerify(token, await options.keys(), {
        algorithms: [...options.algorithms],
        issuer: options.issuer,
        audience: [...options.audiences],
        requiredClaims: ['exp'],
        clockTolerance: leewaySeconds,
        currentDate: new Date(options.now()),
      });
      return authenticationOf(payload, options);
    } catch (error) {
      return judgeError(error, options.issuer);
    }
  };
}

function judgeError(error: unknown, issuer: string): Authentication {
  if (error instanceof KeysUnavailableError) {
    return { kind: 'unavailable', reason: `keys of ${issuer} cannot be read: ${error.message}` };
  }
  if (error instanceof errors.JWTExpired) return { kind: 'refused', reason: 'token is expired' };
  if (error instanceof errors.JOSEError) return { kind: 'refused', reason: 'token is invalid' };
  throw error;
}

function authenticationOf(payload: JWTPayload, options: OidcOptions): Authentication {
  const refused = { kind: 'refused', reason: 'token is invalid' } as const;
  const { usernameClaim, groupsClaim, groupsPrefix } = options;
  const name = z.string().min(1).max(1024).safeParse(payload[usernameClaim]);
  if (!name.success || payload.exp === undefined) return refused;
  // An address that nobody verified may be anybody's.
  if (usernameClaim === 'email' && ![undefined, true].includes(payload['email_verified'] as undefined)) {
    return { kind: 'refused', reason: 'email of the token is not verified' };
  }
  const prefix = options.usernamePrefix ?? (usernameClaim === 'email' ? '' : `${options.issuer}#`);
  const username = `${prefix}${name.data}`;
  if (username.startsWith('system:')) return refused;
  const claimed = payload[groupsClaim] ?? undefined;
  const groups = groupsSchema.optional().safeParse(claimed);
  if (!groups.success) return refused;
  const named = (groups.data ?? []).map((group) => `${groupsPrefix}${group}`);
  return {
    kind: 'user',
    realm: 'issuer',
    user: {
      username,
      groups: [
        ...new Set([...named.filter((group) => !group.startsWith('system:')), 'system:authenticated']),
      ],
    },
    expiresAtMs: (payload.exp + leewaySeconds) * 1_000,
  };
}

/** By what the token says of itself, which is not believed until its signature is checked. */
function isOurs(token: string, issuer: string): boolean {
  try {
    return (
      decodeJwt(token).iss === issuer && !/^(?:HS|none$)/i.test(decodeProtectedHeader(token).alg ?? 'none')
    );
  } catch {
    // Not a JWT at all.
    return false;
  }
}
