import { createDeliveryWindow, type DeliveryWindow } from '../core/delivery-window.ts';
import type { WatchCheckpoint } from '../core/watch-checkpoint.ts';
import { targetKey, type WatchTarget } from '../core/watch-target.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { Reflector } from './reflector.ts';
import { createReflectorPool, type ReflectorPool, type RunningReflector } from './reflector-pool.ts';

/** How a reflector begins: where an earlier one stopped, or from nothing. */
export type ReflectorStart = {
  /** Everything up to here was acknowledged. */
  readonly resumeFrom: string | undefined;
  /** Where the emitted changes are entered, so that the next start knows how far it got. */
  readonly window: DeliveryWindow;
};

export type WatchSessionOptions = {
  /** What should be followed now; `undefined` while that is not known. */
  readonly targets: () => ReadonlyMap<string, WatchTarget> | undefined;
  readonly follow: (target: WatchTarget, start: ReflectorStart) => Reflector;
  /** Follows it no longer, see `ReflectorPoolOptions`. */
  readonly onEnded: (target: WatchTarget) => void;
  /** Gets the checkpoints of the last session before anything starts. */
  readonly onLoaded?: (checkpoints: ReadonlyMap<string, WatchCheckpoint>) => void;
  /** Checkpoints are for good: the resource they are about no longer exists. */
  readonly isObsolete?: (checkpoint: WatchCheckpoint) => boolean;
  /** Without it every session begins with lists. */
  readonly store: CheckpointStore | undefined;
  /** Resolves when what was emitted has arrived, as far as one can wait for it. */
  readonly settle: () => Promise<void>;
  readonly observe: (trouble: { readonly action: 'load' | 'save'; readonly error: unknown }) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type WatchSession = {
  /** Follows the targets until the signal aborts, then saves how far it got. @throws what a receiver threw */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Looks at the targets again. */
  readonly apply: () => void;
  readonly running: () => readonly RunningReflector[];
};

/**
 * A crash sends the changes of this long again, which a database recognises; each save is one small write.
 * History reaches back 75 s at least, so a restart within a minute resumes everywhere.
 */
const saveEveryMs = 10_000;

/** Deleted definitions still send the deletes of their objects for a moment. */
const graceMs = 30_000;

/** One term of following: a pool of reflectors, and the memory of how far each of them got. */
export function createWatchSession(options: WatchSessionOptions): WatchSession {
  let pool: ReflectorPool | undefined;
  const apply = () => {
    const targets = options.targets();
    if (targets !== undefined) pool?.apply(targets);
  };

  return {
    apply,
    running: () => pool?.running() ?? [],
    run: async (signal) => {
      const checkpoints = new Map(await load(options));
      options.onLoaded?.(checkpoints);
      const windows = new Map<string, Followed>();
      const current = createReflectorPool({
        create: (target) => {
          const key = targetKey(target);
          const resumeFrom = windows.get(key)?.window.version() ?? checkpoints.get(key)?.resourceVersion;
          const window = createDeliveryWindow();
          windows.set(key, { target, window });
          return options.follow(target, { resumeFrom, window });
        },
        onEnded: options.onEnded,
        graceMs,
        sleep: options.sleep,
      });
      pool = current;
      apply();
      const save = () => saveCheckpoints(options, checkpoints, windows);
      try {
        await Promise.race([saveNowAndThen(save, options, signal), current.failed]);
      } finally {
        await current.stop();
        pool = undefined;
        await options.settle();
        await save();
      }
    },
  };
}

/** A target that is or was followed in this term, and how far its changes have arrived. */
type Followed = { readonly target: WatchTarget; readonly window: DeliveryWindow };

async function load(options: WatchSessionOptions): Promise<ReadonlyMap<string, WatchCheckpoint>> {
  try {
    return (await options.store?.load()) ?? new Map();
  } catch (error) {
    options.observe({ action: 'load', error });
    return new Map();
  }
}

async function saveNowAndThen(
  save: () => Promise<void>,
  options: WatchSessionOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await options.sleep(saveEveryMs, signal).catch(() => undefined);
    if (!signal.aborted) await save();
  }
}

async function saveCheckpoints(
  options: WatchSessionOptions,
  checkpoints: Map<string, WatchCheckpoint>,
  followed: ReadonlyMap<string, Followed>,
): Promise<void> {
  for (const [key, { target, window }] of followed) {
    const resourceVersion = window.version();
    if (resourceVersion !== undefined) checkpoints.set(key, { ...target, resourceVersion });
  }
  for (const [key, checkpoint] of checkpoints) {
    if (options.isObsolete?.(checkpoint) === true) checkpoints.delete(key);
  }
  try {
    await options.store?.save(checkpoints);
  } catch (error) {
    options.observe({ action: 'save', error });
  }
}
