import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';

import type { UserInfo } from '../../../core/user-info.ts';

/** What a token says about its bearer and itself; times in seconds since 1970. */
export type ServiceAccountClaims = {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly secret?: { readonly name: string; readonly uid: string };
  };
};

export const tokenIssuer = 'https://kubernetes.default.svc.cluster.local';
/** Audience of the API server itself, which tokens have by default. */
export const apiAudience = 'https://kubernetes.default.svc.cluster.local';

/** A signing key in PEM, for keeping it over restarts: tokens in use stay valid. */
export function generateSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Signs and reads ServiceAccount tokens (JWT, ES256). */
export class TokenIssuer {
  readonly #privateKey: ReturnType<typeof createPrivateKey>;
  readonly #publicKey: ReturnType<typeof createPublicKey>;
  readonly #keyId: string;

  constructor(privateKeyPem: string) {
    this.#privateKey = createPrivateKey(privateKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
    const spki = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(spki).digest('base64url');
  }

  issue(claims: ServiceAccountClaims): string {
    const header = { alg: 'ES256', kid: this.#keyId };
    const signed = `${encode(header)}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), {
      key: this.#privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** Claims of a token that this issuer signed and that is valid now; undefined for any other text. */
  read(token: string, now: Date): ServiceAccountClaims | undefined {
    const [header, payload, signature, ...more] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
      return undefined;
    }
    const genuine = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key: this.#publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!genuine) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as ServiceAccountClaims;
    const nowSeconds = now.getTime() / 1_000;
    if (claims.iss !== tokenIssuer || claims.exp <= nowSeconds || claims.nbf > nowSeconds) return undefined;
    return claims;
  }

  /** `keys` of the issuer's JWKS document. */
  get jwks(): readonly object[] {
    return [{ use: 'sig', kid: this.#keyId, alg: 'ES256', ...this.#publicKey.export({ format: 'jwk' }) }];
  }
}

/** The user that a ServiceAccount is. */
export function serviceAccountUser(claims: ServiceAccountClaims): UserInfo {
  const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
  return {
    username: claims.sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod === undefined
        ? {}
        : {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          }),
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
