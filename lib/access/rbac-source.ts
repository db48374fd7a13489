import type { RbacIndex } from '../core/rbac/rbac-index.ts';

/** RBAC objects of one cluster, followed by watches. */
export type RbacSource = {
  readonly index: Pick<RbacIndex, 'allows' | 'findWhere' | 'version'>;
  /** Everything has been listed and every watch is open, or was seconds ago. */
  readonly isCurrent: () => boolean;
};
