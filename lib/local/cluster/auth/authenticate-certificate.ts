import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

import type { UserInfo } from '../../../core/user-info.ts';
import { withAuthenticatedGroup } from './authenticate.ts';

/** The user of a client certificate that our authority signed: common name and organizations. */
export function certificateUser(request: IncomingMessage): UserInfo | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  // Without a certificate Node answers an empty object.
  const { CN: username, O: organizations = [] } = (subject ?? {}) as {
    CN?: string;
    O?: string | string[];
  };
  if (username === undefined) return undefined;
  return withAuthenticatedGroup({ username, groups: [organizations].flat() });
}
