import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import { manifestRanges } from '../core/manifest-ranges.ts';
import type { ReflectorChange, ReflectorEvent } from '../core/reflector-change.ts';
import type { ObjectIdentity } from '../core/resource-event.ts';
import type { ResourceKind } from '../core/resource-kind.ts';
import { resourcePath } from '../core/resource-path.ts';
import { compareResourceVersions } from '../core/resource-version.ts';
import { createKnownObjects, type KnownObjects } from './known-objects.ts';
import { type ListPage, listPages } from './list-pages.ts';
import type { RequestGate } from './request-gate.ts';
import { type AttemptEnd, decideNext, noTrouble } from './watch-decision.ts';
import { type WatchFrame, watchOnce } from './watch-once.ts';

export type ReflectorOptions = {
  readonly kind: ResourceKind;
  /** Namespace to follow, `''` for all and for cluster-scoped resources. */
  readonly namespace: string;
  readonly request: KubernetesRequest;
  readonly stream: KubernetesStream;
  /** Shared by all reflectors of the process. */
  readonly gate: RequestGate;
  /** Receives every change in order. While a promise it returned is pending nothing more is read. */
  readonly emit: (change: ReflectorChange) => void | Promise<void>;
  /** Version up to which an earlier process passed everything on: the watch starts there, without a list. */
  readonly resumeFrom?: string | undefined;
  /**
   * What the first list asks for. `metadata` is for a start after which others (the manifests) find what is
   * missing; later lists are full, to pass on what changed in a gap.
   */
  readonly firstList: 'full' | 'metadata';
  /** False for Kubernetes events, which have no watch cache and no bookmarks. */
  readonly expectsBookmarks: boolean;
  /** Whether each list ends with manifests of what exists. */
  readonly emitsManifests: boolean;
  /** Bookmarks come about once a minute; 2.5 of them missing is a dead connection. */
  readonly maxSilenceMs: number;
  /** Asks discovery, after a 404; what it throws counts as "do not know". */
  readonly isServed: () => Promise<boolean>;
  readonly observe: (event: ReflectorEvent) => void;
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type Reflector = {
  /**
   * Lists and watches until the resource is no longer served.
   * @throws the signal's reason, and what `emit` throws
   */
  readonly run: (signal: AbortSignal) => Promise<'not-served'>;
  readonly known: Pick<KnownObjects, 'size' | 'get'>;
  readonly status: () => ReflectorStatus;
};

export type ReflectorStatus = {
  readonly phase: 'listing' | 'watching' | 'waiting';
  /** A list or a resumed watch has succeeded. */
  readonly synced: boolean;
  /** A list has succeeded: all that exists is known. */
  readonly listed: boolean;
  /** Version that has been passed on; `undefined` before the first list. */
  readonly resourceVersion: string | undefined;
  /** When the API server said anything last. */
  readonly heardAtMs: number;
  /** When the current attempt began; watches end after 10 minutes at the latest. */
  readonly attemptAtMs: number;
};

/** client-go's own range: short enough to spread over API servers, long enough to cost nothing. */
const watchTimeoutSeconds = { min: 300, max: 600 };

/** How long after its own timeout a server may keep a watch open before the watch counts as dead. */
const timeoutGraceMs = 30_000;

/** A list older than what was seen comes from a server that lags; after so many the versions went back. */
const maxStaleLists = 3;

/** Page sizes of a list that starts over because its token expired; 0 asks for all at once. */
const pageLimitsAfterExpiry = [1_000, 0] as const;

/**
 * Follows one resource: paged consistent list, then watch, for ever. It promises the last state of every
 * object and every delete that happens while it runs; versions between the last one seen and a list after
 * a gap are skipped. Per object it keeps identity and version only.
 */
export function createReflector(options: ReflectorOptions): Reflector {
  const known = createKnownObjects();
  const state: State = {
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
  const reflector: Internals = { options, known, state };
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

type State = {
  lastVersion: string | undefined;
  synced: boolean;
  /** A list has finished, so that what we know is complete; not so after a resumed watch. */
  listed: boolean;
  phase: ReflectorStatus['phase'];
  heardAtMs: number;
  attemptAtMs: number;
  /** Learnt: false once several watches in a row stayed silent for longer than bookmarks ever do. */
  expectsBookmarks: boolean;
  silentWatches: number;
  staleLists: number;
  expiredLists: number;
};

type Internals = {
  readonly options: ReflectorOptions;
  readonly known: KnownObjects;
  readonly state: State;
};

async function run(reflector: Internals, signal: AbortSignal): Promise<'not-served'> {
  const { options, state } = reflector;
  let trouble = noTrouble;
  let attempt: 'list' | 'watch' = state.lastVersion === undefined ? 'list' : 'watch';
  for (;;) {
    signal.throwIfAborted();
    const startedMs = options.nowMs();
    state.attemptAtMs = startedMs;
    const end = await (attempt === 'list' ? list(reflector, signal) : watch(reflector, signal));
    if (end.kind === 'listed') {
      attempt = 'watch';
      continue;
    }
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

async function isServed(options: ReflectorOptions, signal: AbortSignal): Promise<boolean> {
  try {
    return await options.isServed();
  } catch {
    // Discovery itself is in trouble, which the caller's loop meets and reports again anyway.
    signal.throwIfAborted();
    return true;
  }
}

async function list(
  reflector: Internals,
  signal: AbortSignal,
): Promise<{ readonly kind: 'listed' } | AttemptEnd> {
  const { options, known, state } = reflector;
  state.phase = 'listing';
  const release = await options.gate.beginList(signal);
  try {
    const startedMs = options.nowMs();
    const content = contentOfList(options, state);
    const counts = { count: 0, changed: 0 };
    let isStale = false;
    known.beginList();
    const outcome = await listPages(
      {
        ...options,
        content,
        pageLimit:
          state.expiredLists === 0
            ? undefined
            : pageLimitsAfterExpiry[Math.min(state.expiredLists, pageLimitsAfterExpiry.length) - 1],
        signal,
        beforeRequest: options.gate.pass,
      },
      async (page) => {
        options.gate.reached();
        state.heardAtMs = options.nowMs();
        isStale ||= isBehind(page, state);
        if (!isStale) await passOnPage(reflector, page, content, counts);
      },
    );
    if (outcome.kind === 'expired') state.expiredLists += 1;
    if (outcome.kind !== 'listed') return outcome;
    if (isStale) {
      state.staleLists += 1;
      return { kind: 'behind', retryAfterMs: 1_000 };
    }
    state.staleLists = 0;
    state.expiredLists = 0;
    const gone = await finishList(reflector, outcome.resourceVersion);
    options.observe({
      kind: 'listed',
      ...counts,
      gone,
      durationMs: options.nowMs() - startedMs,
      content,
    });
    return { kind: 'listed' };
  } finally {
    release();
  }
}

/** A list that takes too long because each page waits for the receiver is made again without the content. */
function contentOfList(options: ReflectorOptions, state: State): 'full' | 'metadata' {
  if (state.expiredLists > 0) return 'metadata';
  return state.listed ? 'full' : options.firstList;
}

function isBehind(page: ListPage, state: State): boolean {
  if (state.lastVersion === undefined || state.staleLists >= maxStaleLists) return false;
  return compareResourceVersions(page.resourceVersion, state.lastVersion) === -1;
}

async function passOnPage(
  reflector: Internals,
  page: ListPage,
  content: 'full' | 'metadata',
  counts: { count: number; changed: number },
): Promise<void> {
  const { options, known } = reflector;
  const averageBytes = page.items.length === 0 ? 0 : Math.ceil(page.bytes / page.items.length);
  for (const item of page.items) {
    const object = identityOf(item);
    const previous = known.get(object.namespace, object.name);
    counts.count += 1;
    if (previous?.uid === object.uid && previous.resourceVersion === object.resourceVersion) {
      known.set(object, previous);
      continue;
    }
    counts.changed += 1;
    if (previous !== undefined && previous.uid !== object.uid) {
      await options.emit({
        kind: 'gone',
        identity: { ...object, uid: previous.uid, resourceVersion: page.resourceVersion },
      });
    }
    if (content === 'full') {
      const passed = options.emit({
        kind: 'upserted',
        object: item,
        cause: 'listed',
        isFirst: previous?.uid !== object.uid,
        receivedBytes: averageBytes,
        // One object may be most of its page.
        atMostBytes: page.bytes > 0 ? page.bytes : Number.POSITIVE_INFINITY,
      });
      if (passed !== undefined) await passed;
    }
    known.set(object, previous);
  }
}

async function finishList(reflector: Internals, resourceVersion: string): Promise<number> {
  const { options, known, state } = reflector;
  const gone = known.finishList();
  for (const identity of gone) {
    await options.emit({ kind: 'gone', identity: { ...identity, resourceVersion } });
  }
  if (options.emitsManifests) await emitManifests(reflector, resourceVersion);
  state.lastVersion = resourceVersion;
  state.synced = true;
  state.listed = true;
  await options.emit({ kind: 'progress', resourceVersion, synced: true });
  return gone.length;
}

async function emitManifests({ options, known }: Internals, listResourceVersion: string): Promise<void> {
  let index = 0;
  for (const range of manifestRanges(known.entries())) {
    await options.emit({ kind: 'manifest', range, index, listResourceVersion });
    index += 1;
  }
}

async function watch(reflector: Internals, signal: AbortSignal): Promise<AttemptEnd> {
  const { options, state } = reflector;
  await options.gate.pass(signal);
  state.phase = 'watching';
  const { min, max } = watchTimeoutSeconds;
  const timeoutSeconds = min + Math.floor(options.random() * (max - min));
  const query = new URLSearchParams({
    watch: '1',
    resourceVersion: state.lastVersion ?? '',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  });
  options.observe({ kind: 'watching', resourceVersion: state.lastVersion ?? '' });
  let heard = 0;
  const end = await watchOnce(
    {
      ...options,
      path: `${resourcePath(options.kind, { namespace: options.namespace })}?${query.toString()}`,
      maxSilenceMs: state.expectsBookmarks ? options.maxSilenceMs : timeoutSeconds * 1_000 + timeoutGraceMs,
      signal,
    },
    (frame) => {
      heard += 1;
      if (heard === 1) options.gate.reached();
      state.heardAtMs = options.nowMs();
      return passOnFrame(reflector, frame);
    },
  );
  if (heard > 0) state.silentWatches = 0;
  if (end.kind === 'stalled' && heard === 0) {
    state.silentWatches += 1;
    // No server that sends bookmarks is silent three times in a row.
    if (state.silentWatches >= 3) state.expectsBookmarks = false;
  }
  return end;
}

function passOnFrame(reflector: Internals, frame: WatchFrame): void | Promise<void> {
  const { options, known, state } = reflector;
  const { object } = frame;
  const identity = identityOf(object);
  const { resourceVersion } = identity;
  state.synced = true;
  if (frame.type === 'BOOKMARK') {
    state.lastVersion = resourceVersion;
    state.expectsBookmarks = options.expectsBookmarks;
    return options.emit({ kind: 'progress', resourceVersion, synced: false });
  }
  const previous = known.get(identity.namespace, identity.name);
  const isSame = previous?.uid === identity.uid;
  if (isSame && frame.type !== 'DELETED' && isNotNewer(resourceVersion, previous.resourceVersion)) {
    options.observe({ kind: 'duplicate' });
    return undefined;
  }
  state.lastVersion = resourceVersion;
  if (frame.type === 'DELETED') {
    if (isSame) known.remove(identity.namespace, identity.name);
    return options.emit({ kind: 'deleted', object, receivedBytes: frame.bytes });
  }
  const previousUid = previous?.uid;
  known.set(identity, previous);
  const { bytes } = frame;
  const upserted: ReflectorChange = {
    kind: 'upserted',
    object,
    cause: 'watched',
    isFirst: !isSame,
    receivedBytes: bytes,
    atMostBytes: bytes,
  };
  if (previousUid === undefined || isSame) return options.emit(upserted);
  return emitBoth(options, { kind: 'gone', identity: { ...identity, uid: previousUid } }, upserted);
}

async function emitBoth(
  options: ReflectorOptions,
  first: ReflectorChange,
  second: ReflectorChange,
): Promise<void> {
  await options.emit(first);
  await options.emit(second);
}

/** Versions that do not compare are new unless equal: nothing may be taken for old by mistake. */
function isNotNewer(version: string, than: string): boolean {
  const order = compareResourceVersions(version, than);
  return order !== undefined && order <= 0;
}

function identityOf(object: KubernetesObject): ObjectIdentity {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = object.metadata;
  return { namespace, name, uid, resourceVersion };
}

function reasonOf(end: AttemptEnd): string | undefined {
  if ('reason' in end) return end.reason;
  if ('message' in end) return end.message;
  return undefined;
}
