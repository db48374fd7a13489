import type { IncomingMessage, ServerResponse } from 'node:http';

import type { UserInfo } from '../../../core/user-info.ts';
import type { RequestInfo } from './request-info.ts';

/** One request on its way through the server. */
export type Call = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly info: RequestInfo;
  /** After impersonation. */
  readonly user: UserInfo;
  /** Texts for `Warning` headers of the answer. */
  readonly warnings: string[];
};

/** Field manager of a request: `fieldManager`, else the first word of the user agent. */
export function managerOf(call: Call): string {
  const asked = call.info.query.get('fieldManager');
  if (asked !== null && asked !== '') return asked;
  const agent = (call.request.headers['user-agent'] ?? '').split('/', 1)[0] ?? '';
  const printable = agent.replace(/[^\p{L}\p{N}\p{P}\p{S}\p{M} ]/gu, '').slice(0, 128);
  return printable === '' ? 'unknown' : printable;
}
