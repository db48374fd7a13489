import type { UserInfo } from './user-info.ts';

/** Who vouched for a user: an issuer that serves all clusters, or the API server of one. */
export type Realm = 'issuer' | 'cluster';

/** A caller who is known. */
export type KnownCaller = Extract<Caller, { readonly kind: 'user' }>;

/** Who sent a request, or why that cannot be said. */
export type Caller =
  | {
      readonly kind: 'user';
      readonly user: UserInfo;
      /** Where that name stands for this user: in every cluster of the issuer, or only in our own cluster. */
      readonly realm: Realm;
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
