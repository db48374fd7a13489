import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import { targetKey, type WatchTarget } from '../../lib/core/watch-target.ts';
import type { Definitions } from './definitions.ts';

/** Custom kinds that were followed and are not any more, until the database knows what became of their objects. */
export type VanishedKinds = {
  /** It is followed (again). */
  readonly followed: (target: WatchTarget) => void;
  /** It is not followed any more, or was not when this process began. */
  readonly ended: (target: WatchTarget) => void;
  /** Says of each whose definition is gone that it has no objects. */
  readonly settle: () => void;
  /** Its definition is gone, and that was said and acknowledged. */
  readonly isBuried: (target: WatchTarget) => boolean;
};

/**
 * Where a definition is gone, so are all its objects, whether or not the watch lived to tell: an empty manifest says
 * so.
 */
export function createVanishedKinds(options: {
  readonly definitions: () => Pick<Definitions, 'has' | 'isComplete' | 'resourceVersion'>;
  readonly emit: (
    target: WatchTarget,
    manifest: Extract<ReflectorChange, { kind: 'manifest' }>,
    arrived: () => void,
  ) => void;
}): VanishedKinds {
  const vanished = new Map<string, WatchTarget>();
  const buried = new Set<string>();
  return {
    followed: (target) => {
      vanished.delete(targetKey(target));
      buried.delete(targetKey(target));
    },
    ended: (target) => {
      if (target.custom) vanished.set(targetKey(target), target);
    },
    settle: () => {
      const definitions = options.definitions();
      if (!definitions.isComplete()) return;
      for (const [key, target] of vanished) {
        // Its deletion may still be on the way to us, or it exists and is not served just now.
        if (definitions.has(target.kind)) continue;
        vanished.delete(key);
        const listResourceVersion = definitions.resourceVersion();
        options.emit(
          target,
          { kind: 'manifest', range: { entries: [] }, index: 0, listResourceVersion },
          () => buried.add(key),
        );
      }
    },
    isBuried: (target) => buried.has(targetKey(target)),
  };
}
