import { targetKey } from '../core/watch-target.ts';
import { createKnownObjects, type KnownObjects } from './known-objects.ts';
import { contentOfList, listResource } from './list-resource.ts';
import type { ReflectorOptions, ReflectorParts, ReflectorState, ReflectorStatus } from './reflector-parts.ts';
import { streamResource } from './stream-resource.ts';
import { type AttemptEnd, decideNext, noTrouble } from './watch-decision.ts';
import { watchResource } from './watch-resource.ts';

export type Reflector = {
  /**
   * Lists and watches until the resource is no longer served.
   * @throws the signal's reason, and what `emit` throws
   */
  readonly run: (signal: AbortSignal) => Promise<'not-served'>;
  readonly known: Pick<KnownObjects, 'size' | 'get'>;
  readonly status: () => ReflectorStatus;
};

/**
 * Follows one resource: paged consistent list, then watch, for ever. It promises the last state of every
 * object and every delete that happens while it runs; versions between the last one seen and a list after
 * a gap are skipped. Per object it keeps identity and version only.
 */
export function createReflector(options: ReflectorOptions): Reflector {
  const known = createKnownObjects();
  const state: ReflectorState = {
    lastVersion: options.resumeFrom,
    synced: false,
    listed: false,
    phase: 'waiting',
    heardAtMs: options.nowMs(),
    attemptAtMs: options.nowMs(),
    expectsBookmarks: options.expectsBookmarks,
    silentWatches: 0,
    staleLists: 0,
    expiredLists: 0,
  };
  const reflector: ReflectorParts = { options, known, state };
  return {
    run: (signal) => run(reflector, signal),
    known,
    status: () => ({
      phase: state.phase,
      synced: state.synced,
      listed: state.listed,
      resourceVersion: state.lastVersion,
      heardAtMs: state.heardAtMs,
      attemptAtMs: state.attemptAtMs,
    }),
  };
}

async function run(reflector: ReflectorParts, signal: AbortSignal): Promise<'not-served'> {
  const { options, state } = reflector;
  let trouble = noTrouble;
  let attempt: 'list' | 'watch' = state.lastVersion === undefined ? 'list' : 'watch';
  for (;;) {
    signal.throwIfAborted();
    const startedMs = options.nowMs();
    state.attemptAtMs = startedMs;
    const { isListed, end } = await tryOnce(reflector, attempt, signal);
    if (isListed) attempt = 'watch';
    if (end === undefined) continue;
    const nowMs = options.nowMs();
    const decision = decideNext(end, {
      attempt,
      livedMs: nowMs - startedMs,
      nowMs,
      trouble,
      random: options.random,
    });
    trouble = decision.trouble;
    options.observe({
      kind: 'interrupted',
      attempt,
      end: end.kind,
      reason: reasonOf(end),
      next: decision.next,
      waitMs: decision.waitMs,
    });
    if (decision.next === 'check-served' && !(await isServed(options, signal))) {
      options.observe({ kind: 'not-served' });
      return 'not-served';
    }
    if (decision.next === 'list') attempt = 'list';
    state.phase = 'waiting';
    if (decision.waitMs > 0) await options.gate.backOff(decision.waitMs, end.kind, signal);
  }
}

type Tried = {
  /** A list came to its end. */
  readonly isListed: boolean;
  /** How it ended; `undefined` where the watch can begin at once. */
  readonly end: AttemptEnd | undefined;
};

async function tryOnce(
  reflector: ReflectorParts,
  attempt: 'list' | 'watch',
  signal: AbortSignal,
): Promise<Tried> {
  const { options } = reflector;
  if (attempt === 'watch') return { isListed: false, end: await watchResource(reflector, signal) };
  const { streamingLists } = options;
  if (streamingLists?.isOn(targetKey(options)) === true && contentOfList(reflector) === 'full') {
    const streamed = await streamResource(reflector, streamingLists, signal);
    // A server that does not know it is asked the old way at once.
    if (streamed.isListed || streamed.end.kind !== 'rejected') return streamed;
  }
  const end = await listResource(reflector, signal);
  return end.kind === 'listed' ? { isListed: true, end: undefined } : { isListed: false, end };
}

async function isServed(options: ReflectorOptions, signal: AbortSignal): Promise<boolean> {
  try {
    return await options.isServed();
  } catch {
    // Discovery itself is in trouble, which the caller's loop meets and reports again anyway.
    signal.throwIfAborted();
    return true;
  }
}

function reasonOf(end: AttemptEnd): string | undefined {
  if ('reason' in end) return end.reason;
  if ('message' in end) return end.message;
  return undefined;
}
