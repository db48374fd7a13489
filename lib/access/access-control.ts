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
  /** Where the user may do that, as far as the candidates reach. */
  readonly findWhere: (
    user: UserInfo,
    action: AccessAction,
    candidates: Candidates,
  ) => Promise<Where | 'unknown'>;
  /** Whether `findWhere` for `get` finds rights to single names that nobody named. Absent means no. */
  readonly knowsNames?: () => boolean;
};

export type AccessAction = Omit<AccessAttributes, 'namespace' | 'name'>;

/** What is worth asking about. Rights beyond it may or may not be found. */
export type Candidates = {
  /** Namespaces; `''` for cluster-scoped objects. Only called where it matters. */
  readonly namespaces: () => Promise<readonly string[]>;
  /** Where only objects of this name matter: a right to just that name then counts too (`resourceNames`). */
  readonly name?: string;
  /**
   * Single objects in namespaces where not all may be got, for questions about one object at a time: rights to
   * just these count then. Only called where nobody knows the names that rights are bound to.
   */
  readonly objects?: (namespaces: readonly string[]) => Promise<readonly NamedObject[]>;
};

export type NamedObject = { readonly namespace: string; readonly name: string };
