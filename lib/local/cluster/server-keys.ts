import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generateSigningKey } from './auth/service-account-tokens.ts';
import { createAuthority, type KeyedCertificate } from './tls/certificates.ts';

/** Keys that must outlive a restart: tokens and kubeconfigs that are in use stay valid. */
export type ServerKeys = {
  /** PEM of the key that signs ServiceAccount tokens. */
  readonly tokenKey: string;
  readonly authority: KeyedCertificate;
};

const files = {
  tokenKey: 'service-account.key',
  key: 'authority.key',
  certificate: 'authority.crt',
} as const;

/** Keys from a data directory, made and kept there at the first start; without one, new ones. */
export function loadServerKeys(directory: string | undefined, now: Date): ServerKeys {
  if (directory !== undefined && existsSync(join(directory, files.certificate))) {
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    return {
      tokenKey: read(files.tokenKey),
      authority: { certificate: read(files.certificate), privateKey: read(files.key) },
    };
  }
  const authority = createAuthority('kubemirror-development-ca', now);
  const keys = { tokenKey: generateSigningKey(), authority };
  if (directory !== undefined) {
    const write = (name: string, text: string) => writeFileSync(join(directory, name), text, { mode: 0o600 });
    write(files.tokenKey, keys.tokenKey);
    write(files.key, authority.privateKey);
    // Last: its presence says that all are there.
    write(files.certificate, authority.certificate);
  }
  return keys;
}
