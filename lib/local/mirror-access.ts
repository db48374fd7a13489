import { writeFileSync } from 'node:fs';
import { kubeconfigOf } from './cluster/kubeconfig.ts';
import { createAuthority, issueServerCertificate } from './cluster/tls/certificates.ts';
import type { DemoUser } from './demo-tokens.ts';

/** Files that let kubectl read the mirror. */
export type MirrorAccess = {
  readonly certFile: string;
  readonly keyFile: string;
  /** Writes a kubeconfig with a context for each user, the first one current, and tells where. */
  readonly writeKubeconfig: (users: readonly DemoUser[], tokens: Readonly<Record<string, string>>) => string;
};

/**
 * Makes a certificate for the presenter on this machine, of an authority that only its kubeconfig knows: kubectl
 * sends tokens over nothing but TLS.
 * @param url of the presenter, with https
 */
export function prepareMirrorAccess(url: string, file: (name: string) => string): MirrorAccess {
  const authority = createAuthority('kubemirror', new Date());
  const server = issueServerCertificate(authority, ['127.0.0.1', 'localhost'], new Date());
  const [certFile, keyFile] = [file('mirror-certificate.pem'), file('mirror-key.pem')];
  writeFileSync(certFile, server.certificate, { mode: 0o600 });
  writeFileSync(keyFile, server.privateKey, { mode: 0o600 });
  return {
    certFile,
    keyFile,
    writeKubeconfig: (users, tokens) => {
      const path = file('mirror-kubeconfig');
      const text = kubeconfigOf({
        url,
        username: users[0]?.username ?? '',
        tokens: Object.fromEntries(users.map((user) => [tokens[user.username] ?? '', user])),
        certificateAuthority: authority.certificate,
        clusterName: 'kubemirror-mirror',
      });
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
  };
}
