/** What an OpenID Connect issuer may sign with: keys that only it has, so no shared secret and nothing unsigned. */
export const oidcAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

export type OidcAlgorithm = (typeof oidcAlgorithms)[number];
