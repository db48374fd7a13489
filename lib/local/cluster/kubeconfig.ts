import { stringify } from 'yaml';

import type { UserInfo } from '../../core/user-info.ts';

/**
 * A kubeconfig of the development cluster with a context for each user, named as the user; `username` is the
 * current one.
 * @throws for a user who has no token
 */
export function kubeconfigOf(options: {
  readonly url: string;
  readonly username: string;
  readonly tokens: Readonly<Record<string, UserInfo>>;
  /** PEM of the certificate authority, where the cluster serves HTTPS. */
  readonly certificateAuthority?: string;
  readonly clusterName?: string;
}): string {
  const { username } = options;
  const users = Object.entries(options.tokens).map(([token, user]) => ({ name: user.username, token }));
  if (!users.some((user) => user.name === username)) {
    throw new Error(`Cannot write a kubeconfig: user "${username}" has no token in the development cluster`);
  }
  const name = options.clusterName ?? 'kubemirror-development';
  const authority = options.certificateAuthority;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': username,
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
    users: users.map((user) => ({ name: user.name, user: { token: user.token } })),
    contexts: users.map((user) => ({
      name: user.name,
      context: { cluster: name, user: user.name, namespace: 'default' },
    })),
  });
}
