import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  apiAudience,
  generateSigningKey,
  type ServiceAccountClaims,
  TokenIssuer,
  tokenIssuer,
} from './service-account-tokens.ts';

const now = new Date('2026-01-01T00:00:00Z');
const seconds = now.getTime() / 1_000;
const claims: ServiceAccountClaims = {
  iss: tokenIssuer,
  sub: 'system:serviceaccount:shop:bot',
  aud: [apiAudience],
  iat: seconds,
  nbf: seconds,
  exp: seconds + 600,
  jti: 'j',
  'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'bot', uid: 'u' } },
};
const issuer = new TokenIssuer(generateSigningKey());

test('a token is good from the moment it is issued until it expires', () => {
  const token = issuer.issue(claims);
  expect(issuer.read(token, now)).toEqual(claims);
  expect(issuer.read(token, new Date(now.getTime() + 600_000))).toBeUndefined();
  expect(issuer.read(token, new Date(now.getTime() - 1_000))).toBeUndefined();
});

test('a token of another key, or any other text, is nobody', () => {
  const token = issuer.issue(claims);
  expect(new TokenIssuer(generateSigningKey()).read(token, now)).toBeUndefined();
  const [header, , signature] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'system:admin' })).toString('base64url');
  expect(issuer.read(`${header}.${forged}.${signature}`, now)).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
      expect(issuer.read(`${a}.${b}.${c}`, now)).toBeUndefined();
    }),
  );
});
