import type { UserInfo } from './user-info.ts';

/** Who sent a request, or why that cannot be said. */
export type Caller =
  | {
      readonly kind: 'user';
      readonly user: UserInfo;
      readonly expiresAtMs?: number;
      /** To ask again while a stream lives. */
      readonly token: string;
    }
  /** `reason` may be shown to the client. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `reason` is for the log. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Finds the caller by the request's `Authorization` header. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Caller>;
