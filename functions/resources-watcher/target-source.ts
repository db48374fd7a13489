import type { Discovery } from '../../lib/core/discovered-resource.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';
import type { WatchTarget } from '../../lib/core/watch-target.ts';
import type { Reflector } from '../../lib/kubernetes/reflector.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { watchTargets } from './watch-targets.ts';

export type TargetSourceOptions = {
  readonly staticKinds: readonly ResourceKind[];
  readonly managedGroups: ReadonlySet<string>;
  readonly namespaces: readonly string[];
  /** Makes the reflector of the definitions; they are read for ourselves and not emitted from here. */
  readonly followDefinitions: (emit: (change: ReflectorChange) => void) => Reflector;
  readonly discover: () => Promise<Discovery>;
  /** The targets may be others now. */
  readonly onChange: () => void;
  readonly log: Log;
};

export type TargetSource = {
  /** Keeps the targets current until the signal aborts. @throws what is no fault of the API server */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** `undefined` before discovery has answered for the first time. */
  /** Asks discovery again soon: something was found not to be as it is here. */
  readonly refresh: () => void;
  readonly current: () => ReadonlyMap<string, WatchTarget> | undefined;
  readonly definitions: Pick<Definitions, 'has' | 'isComplete' | 'resourceVersion'>;
};

/** Aggregated APIs come and go without a definition; an unchanged answer costs two small requests. */
const rediscoverAfterMs = 60_000;
const retryAfterMs = 5_000;

/** Discovery shows a new definition after a second or so; asked sooner at first, then ever less often. */
const firstAwaitMs = 250;

/** A definition changes several times while it is being established; also the least pause between two refreshes. */
const settleMs = 250;

/** Knows which targets there should be: from the static kinds, discovery, and the definitions as they change. */
export function createTargetSource(options: TargetSourceOptions): TargetSource {
  const definitions = createDefinitions();
  let current: ReadonlyMap<string, WatchTarget> | undefined;
  let unserved = '';
  let wake = () => {};
  let dirty = false;
  const markDirty = () => {
    dirty = true;
    wake();
  };

  const refresh = async () => {
    const discovery = await options.discover();
    const next = watchTargets({
      ...options,
      definitions: definitions.all(),
      discovery,
      previous: current,
    });
    const names = next.unserved.map(({ group, version, resource }) => `${group}/${version}/${resource}`);
    if (names.join() !== unserved) {
      unserved = names.join();
      if (names.length > 0) options.log.warn({ resources: names }, 'Not served here, so not followed');
    }
    current = next.targets;
    options.onChange();
    return next.awaited.length > 0;
  };

  const pause = async (ms: number, signal: AbortSignal) => {
    // An abort before this point has no event left for us.
    if (dirty || signal.aborted) return;
    const early = new AbortController();
    const onAbort = () => early.abort();
    wake = onAbort;
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await sleep(ms, early.signal);
    } catch (error) {
      if (!early.signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };

  const keepCurrent = async (signal: AbortSignal) => {
    let awaitMs = firstAwaitMs;
    while (!signal.aborted) {
      let waitMs = rediscoverAfterMs;
      dirty = false;
      try {
        const isAwaiting = await refresh();
        awaitMs = isAwaiting ? Math.min(awaitMs * 2, rediscoverAfterMs) : firstAwaitMs;
        if (isAwaiting) waitMs = awaitMs;
      } catch (error) {
        if (signal.aborted) return;
        options.log.warn({ err: error }, 'Cannot find out what is served');
        waitMs = retryAfterMs;
      }
      await pause(waitMs, signal);
      if (!signal.aborted) await sleep(settleMs, signal).catch(() => undefined);
    }
  };

  const followDefinitions = async (signal: AbortSignal) => {
    const reflector = options.followDefinitions((change) => {
      if (definitions.take(change)) markDirty();
    });
    try {
      await reflector.run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  return {
    run: async (signal) => {
      await Promise.all([keepCurrent(signal), followDefinitions(signal)]);
    },
    refresh: markDirty,
    current: () => current,
    definitions,
  };
}
