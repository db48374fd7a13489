import type { UserInfo } from '../../core/user-info.ts';

/** Users that recordings of a real server were made with. */
export const conformanceTokens: Readonly<Record<string, UserInfo>> = {
  'admin-token': { username: 'admin', uid: 'u-admin', groups: ['system:masters'] },
  'alice-token': { username: 'alice', uid: 'u-alice', groups: ['team-a'] },
  'bob-token': { username: 'bob', uid: 'u-bob', groups: ['team-b'] },
};
