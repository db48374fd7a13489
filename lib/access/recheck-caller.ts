import type { Authenticate, KnownCaller } from '../core/caller.ts';
import type { UserInfo } from '../core/user-info.ts';

/** A short outage of the API server shall not end all streams; rights are not known meanwhile, so nothing is sent. */
const maxUnverified = 5;

/** The caller of a long answer, verified again and again while it lasts. */
export type RecheckedCaller = {
  /** With the groups of the last time: they may change as far as the token's issuer tells. */
  readonly user: () => UserInfo;
  /** Verifies the token once more; why the caller is no longer welcome, if so. */
  readonly refusal: () => Promise<string | undefined>;
};

export function recheckCaller(authenticate: Authenticate, caller: KnownCaller): RecheckedCaller {
  let user = caller.user;
  let unverified = 0;
  return {
    user: () => user,
    refusal: async () => {
      const again = await authenticate(`Bearer ${caller.token}`);
      switch (again.kind) {
        case 'refused':
          return again.reason;
        case 'unavailable':
          unverified += 1;
          return unverified > maxUnverified ? 'cannot verify the token' : undefined;
        case 'user':
          unverified = 0;
          // A token never becomes somebody else's; if it does, whoever opened the stream is gone.
          if (again.user.username !== user.username) return 'token is of another user now';
          // Streams are planned for the clusters where the name stood when they began.
          if (again.realm !== caller.realm) return 'token stands for other clusters now';
          user = again.user;
          return undefined;
      }
    },
  };
}
