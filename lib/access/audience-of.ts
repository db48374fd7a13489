import { type UserInfo, userKey } from '../core/user-info.ts';

/**
 * A text that is equal for streams of users whom every authorizer treats alike, and that ask for the same.
 * @param asked JSON of everything that decides what the stream shows
 */
export function audienceOf(user: () => UserInfo, asked: unknown): () => string {
  const wanted = JSON.stringify(asked);
  let known: { readonly user: UserInfo; readonly audience: string } | undefined;
  return () => {
    const current = user();
    if (known?.user !== current) {
      known = { user: current, audience: `${userKey(current)} ${wanted}` };
    }
    return known.audience;
  };
}
