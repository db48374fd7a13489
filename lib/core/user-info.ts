/** Who asks, as the API server's authenticators describe a user (`user.Info`). */
export type UserInfo = {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
};

/**
 * Text that is equal for users whom every authorizer must treat alike: name, uid, groups in any order and
 * extra. Rights are cached under it.
 */
export function userKey(user: UserInfo): string {
  const extra = Object.entries(user.extra ?? {})
    .map(([name, values]) => [name, [...values].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([user.username, user.uid ?? '', [...new Set(user.groups)].sort(), extra]);
}
