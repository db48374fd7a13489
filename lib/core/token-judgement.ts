/**
 * What a source of identity made of a token. `authn` is asked about users whom `jwt` accepted; `none` refuses where
 * there is no token, or none of a form that a source knows.
 */
export type TokenJudgement = {
  readonly source: 'jwt' | 'authn' | 'oidc' | 'tokenreview' | 'none';
  readonly result: 'accepted' | 'refused' | 'unavailable';
};
