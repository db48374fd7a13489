import type { WatchTarget } from '../core/watch-target.ts';
import type { Reflector } from './reflector.ts';

export type ReflectorPool = {
  /** Starts and stops reflectors so that those of the targets run. A target of another version replaces its like. */
  readonly apply: (targets: ReadonlyMap<string, WatchTarget>) => void;
  readonly running: () => readonly RunningReflector[];
  /** Rejects with what a reflector threw: its receiver is broken, and so is the process. */
  readonly failed: Promise<never>;
  /** Stops all and waits for them. */
  readonly stop: () => Promise<void>;
};

export type RunningReflector = {
  readonly key: string;
  readonly target: WatchTarget;
  readonly reflector: Reflector;
};

export type ReflectorPoolOptions = {
  readonly create: (target: WatchTarget) => Reflector;
  /** A target is followed no longer, because it is not served or because it was taken out. */
  readonly onEnded: (target: WatchTarget) => void;
  /**
   * How long a reflector may go on after its target was taken out. A deleted definition still sends the deletes
   * of its objects; the reflector ends by itself once the resource is not served.
   */
  readonly graceMs: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

type Slot = RunningReflector & {
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
  retiring: boolean;
};

/** Keeps one reflector running for each target. */
export function createReflectorPool(options: ReflectorPoolOptions): ReflectorPool {
  const slots = new Map<string, Slot>();
  const leaving = new Set<Promise<void>>();
  let stopped = false;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Whoever waits for it sees the rejection; without that nobody must crash for it twice.
  failed.catch(() => undefined);

  const start = (key: string, target: WatchTarget) => {
    const stopping = new AbortController();
    const reflector = options.create(target);
    const ended = runToEnd(reflector, stopping.signal, fail).then(() => {
      if (slots.get(key)?.stopping === stopping) slots.delete(key);
      if (!stopped) options.onEnded(target);
    });
    slots.set(key, { key, target, reflector, stopping, ended, retiring: false });
  };

  const replace = (slot: Slot, target: WatchTarget) => {
    slots.delete(slot.key);
    slot.stopping.abort(new Error('another version is followed'));
    start(slot.key, target);
    track(slot.ended);
  };

  const retire = (slot: Slot) => {
    slot.retiring = true;
    const grace = options.sleep(options.graceMs, slot.stopping.signal).then(
      () => {
        if (slot.retiring) slot.stopping.abort(new Error('no longer followed'));
      },
      () => undefined,
    );
    track(grace);
  };

  const track = (work: Promise<void>) => {
    leaving.add(work);
    void work.finally(() => leaving.delete(work));
  };

  return {
    apply: (targets) => {
      if (stopped) return;
      for (const [key, slot] of slots) {
        const target = targets.get(key);
        if (target === undefined) {
          if (!slot.retiring) retire(slot);
        } else if (!isSameKind(target, slot.target)) {
          replace(slot, target);
        } else {
          slot.retiring = false;
        }
      }
      for (const [key, target] of targets) if (!slots.has(key)) start(key, target);
    },
    running: () => [...slots.values()],
    failed,
    stop: async () => {
      stopped = true;
      const all = [...slots.values()];
      for (const slot of all) slot.stopping.abort(new Error('stopping'));
      await Promise.all([...all.map((slot) => slot.ended), ...leaving]);
    },
  };
}

async function runToEnd(
  reflector: Reflector,
  signal: AbortSignal,
  fail: (error: unknown) => void,
): Promise<void> {
  try {
    await reflector.run(signal);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

function isSameKind(a: WatchTarget, b: WatchTarget): boolean {
  return a.kind.version === b.kind.version && a.kind.kind === b.kind.kind && a.namespace === b.namespace;
}
