import type { StoredObject } from './stored-object.ts';

/** One write, as the history keeps it and watches see it. */
export type Change = {
  readonly revision: number;
  /** Which resource's storage it happened in, such as `apps/deployments`. */
  readonly storage: string;
  readonly type: 'added' | 'modified' | 'deleted';
  readonly before: StoredObject | undefined;
  /** For a deletion the last state, at the revision of the deletion. */
  readonly after: StoredObject;
};
