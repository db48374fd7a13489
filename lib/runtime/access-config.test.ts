import { expect, it } from 'vitest';
import { z } from 'zod';
import { accessConfig, checkAccess } from './access-config.ts';
import { loadConfig } from './load-config.ts';

const schema = z.object(accessConfig).superRefine(checkAccess);

it('refuses an issuer whose tokens may be for anybody, or whose authorities cannot be read, before anything is started', () => {
  const OIDC_ISSUER_URL = 'https://issuer.example';
  expect(() => loadConfig(schema, { OIDC_ISSUER_URL })).toThrow(
    'OIDC_AUDIENCES: expected the client ids that tokens of OIDC_ISSUER_URL are for',
  );
  expect(loadConfig(schema, { OIDC_ISSUER_URL, OIDC_AUDIENCES: 'portal' }).OIDC_AUDIENCES).toEqual([
    'portal',
  ]);
  expect(() => loadConfig(schema, {})).not.toThrow();
  expect(() => loadConfig(schema, { OIDC_CA_FILE: '/nowhere/ca.pem' })).toThrow(
    'OIDC_CA_FILE: expected a file that can be read',
  );
});
