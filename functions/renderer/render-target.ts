import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';

/** Where AppConfigs are rendered to: the cluster or a Git repository. */
export type RenderTarget = {
  readonly kind: 'cluster' | 'git';
  /**
   * Brings what an AppConfig has in the target to what its row says. Reads the row itself, after it has looked at
   * the target: a write that then succeeds under the version that was seen cannot be an old row's.
   * @param hintNames names that probably matter, to be looked at before the row is read
   */
  readonly render: (task: RenderTask) => Promise<RenderResult>;
  /**
   * All that is in the target and could be ours.
   * @throws where it cannot be listed completely
   */
  readonly list: () => Promise<readonly RenderedItem[]>;
  /** Removes what belongs to no AppConfig, as it was listed; what changed since is left alone. */
  readonly removeOrphans: (orphans: readonly RenderedItem[]) => Promise<void>;
};

export type RenderTask = {
  readonly id: string;
  readonly hintNames: readonly string[];
  readonly readInput: () => Promise<RenderInput | undefined>;
  /** Remove what is left of a row that vanished without a delete. */
  readonly prune: boolean;
};

export type RenderResult = {
  /** The row that was rendered; `undefined` where nobody knows the id (any more). */
  readonly input: RenderInput | undefined;
  readonly outcome: TargetOutcome;
};

export type TargetOutcome =
  | {
      readonly kind: 'applied';
      readonly revision: string;
      /** False where the target was as wanted already. */
      readonly changed: boolean;
      readonly goneNames: readonly string[];
    }
  /** Nothing of this AppConfig is left. */
  | { readonly kind: 'pruned'; readonly changed: boolean; readonly goneNames: readonly string[] }
  /** The row has vanished without a delete, and nothing was done about it. */
  | { readonly kind: 'held' }
  /** The target will never take this content. */
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  /** Another attempt may succeed. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** An object or file in the target. */
export type RenderedItem = {
  readonly name: string;
  /** AppConfig that it was rendered from; `undefined` where it has no such mark. */
  readonly id: string | undefined;
  /** Version as listed: uid and resourceVersion, or the blob. */
  readonly version: string;
  /** True where it is what this AppConfig wants under this name. */
  readonly isAsWanted: (input: RenderInput) => boolean;
};
