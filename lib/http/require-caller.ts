import type { Authenticate, KnownCaller } from '../core/caller.ts';
import { statusResponse } from './status-response.ts';

export type CallerOutcome = KnownCaller | { readonly kind: 'refused'; readonly response: Response };

/** The caller of a request, or the refusal to send: 401, and 503 while nobody can tell. */
export async function requireCaller(
  authenticate: Authenticate,
  authorization: string | null | undefined,
  onUnavailable: (reason: string) => void,
): Promise<CallerOutcome> {
  const caller = await authenticate(authorization);
  switch (caller.kind) {
    case 'user':
      return caller;
    case 'refused':
      return {
        kind: 'refused',
        response: statusResponse(401, caller.reason, { headers: { 'www-authenticate': 'Bearer' } }),
      };
    case 'unavailable':
      onUnavailable(caller.reason);
      return {
        kind: 'refused',
        response: statusResponse(503, 'cannot verify the token now, try again', {
          headers: { 'retry-after': '2' },
        }),
      };
  }
}
