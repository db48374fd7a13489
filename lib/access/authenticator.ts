import type { Realm } from '../core/caller.ts';
import type { UserInfo } from '../core/user-info.ts';

/** Finds out whose bearer token it is. Never throws: what it cannot find out is `unavailable`. */
export type Authenticator = (token: string, signal?: AbortSignal) => Promise<Authentication>;

export type Authentication =
  | { readonly kind: 'user'; readonly user: UserInfo; readonly realm: Realm; readonly expiresAtMs?: number }
  /** Judged and found wrong; `reason` may be shown to the client. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not a token of this authenticator's form; another one may know it. */
  | { readonly kind: 'skipped' }
  /** Could not be judged now; `reason` is for the log. */
  | { readonly kind: 'unavailable'; readonly reason: string };
