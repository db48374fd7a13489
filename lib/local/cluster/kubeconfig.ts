import { stringify } from 'yaml';

import type { UserInfo } from '../../core/user-info.ts';

/** A kubeconfig for one user of the development cluster. @throws for a user who has no token */
export function kubeconfigOf(options: {
  readonly url: string;
  readonly username: string;
  readonly tokens: Readonly<Record<string, UserInfo>>;
  /** PEM of the certificate authority, where the cluster serves HTTPS. */
  readonly certificateAuthority?: string;
  readonly clusterName?: string;
}): string {
  const { username } = options;
  const token = Object.entries(options.tokens).find(([, user]) => user.username === username)?.[0];
  if (token === undefined) {
    throw new Error(`Cannot write a kubeconfig: user "${username}" has no token in the development cluster`);
  }
  const name = options.clusterName ?? 'kubemirror-development';
  const authority = options.certificateAuthority;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: options.url,
          ...(authority === undefined
            ? {}
            : { 'certificate-authority-data': Buffer.from(authority).toString('base64') }),
        },
      },
    ],
    users: [{ name: username, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: username, namespace: 'default' } }],
  });
}
