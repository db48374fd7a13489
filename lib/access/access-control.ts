import type { AccessAttributes } from '../core/access-attributes.ts';
import type { Where } from '../core/access-scope.ts';
import type { UserInfo } from '../core/user-info.ts';

/** `unknown`: nobody could be asked. It means no, but for a reason that passes. */
export type Decision = 'allowed' | 'denied' | 'unknown';

/** What users may do in one cluster. Answers are at most seconds old. */
export type AccessControl = {
  readonly decide: (user: UserInfo, attributes: AccessAttributes) => Promise<Decision>;
  /** The decision where it can be had without waiting, else `undefined`. */
  readonly decideNow: (user: UserInfo, attributes: AccessAttributes) => Decision | undefined;
  /** Where the user may do that; of single namespaces only `candidates` are considered. */
  readonly findWhere: (
    user: UserInfo,
    action: Omit<AccessAttributes, 'namespace' | 'name'>,
    candidates: readonly string[],
  ) => Promise<Where | 'unknown'>;
};
