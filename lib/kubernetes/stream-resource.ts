import { resourcePath } from '../core/resource-path.ts';
import { targetKey } from '../core/watch-target.ts';
import { finishList } from './finish-list.ts';
import { passOnFrame } from './pass-on-frame.ts';
import { type ListCounts, passOnListed } from './pass-on-listed.ts';
import type { ReflectorParts } from './reflector-parts.ts';
import type { StreamingLists } from './streaming-lists.ts';
import type { AttemptEnd } from './watch-decision.ts';
import { type WatchFrame, watchOnce } from './watch-once.ts';
import { drawWatchTimeout, timeoutGraceMs } from './watch-timeout.ts';

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Before the end of the initial events no server that works is silent for so long. */
const maxInitialSilenceMs = 30_000;

/** Initial events that take longer than any list would: the mark of their end got lost. */
const maxInitialMs = 120_000;

/** The initial events went on and on without their end. */
class OverdueError extends Error {
  override name = 'OverdueError';
}

/**
 * Lists by watch (KEP-3157) and goes on watching over the same connection: constant memory on both sides, and no
 * continue token that could expire. What comes before the mark of the end is a list, in no order of versions and
 * no point to resume from.
 * @returns how the connection ended, and whether the list came to its end before
 */
export async function streamResource(
  reflector: ReflectorParts,
  streaming: StreamingLists,
  signal: AbortSignal,
): Promise<{ readonly isListed: boolean; readonly end: AttemptEnd }> {
  const { options, known, state } = reflector;
  const key = targetKey(options);
  state.phase = 'listing';
  const release = await options.gate.beginList(signal);
  await options.gate.pass(signal);
  const startedMs = options.nowMs();
  const counts: ListCounts = { count: 0, changed: 0 };
  const timeoutSeconds = drawWatchTimeout(options.random());
  let isListed = false;
  known.beginList();

  const finish = async (resourceVersion: string): Promise<void> => {
    const gone = await finishList(reflector, resourceVersion);
    isListed = true;
    state.phase = 'watching';
    state.staleLists = 0;
    state.expiredLists = 0;
    streaming.succeeded(key);
    release();
    const durationMs = options.nowMs() - startedMs;
    options.observe({ kind: 'listed', ...counts, gone, durationMs, content: 'full' });
    options.observe({ kind: 'watching', resourceVersion });
  };
  const onFrame = (frame: WatchFrame): void | Promise<void> => {
    state.heardAtMs = options.nowMs();
    if (isListed) return passOnFrame(reflector, frame);
    options.gate.reached();
    if (state.heardAtMs - startedMs > maxInitialMs) throw new OverdueError('no end of initial events');
    const { object, bytes, type } = frame;
    if (type === 'BOOKMARK') {
      const isEnd = object.metadata.annotations?.[initialEventsEnd] === 'true';
      return isEnd ? finish(object.metadata.resourceVersion ?? '') : undefined;
    }
    if (type === 'DELETED') return passOnFrame(reflector, frame);
    return passOnListed(reflector, { object, content: 'full', bytes, atMostBytes: bytes }, counts);
  };

  try {
    const end = await watchOnce(
      {
        ...options,
        path: `${resourcePath(options.kind, { namespace: options.namespace })}?${initialEventsQuery(timeoutSeconds)}`,
        maxSilenceMs: () => {
          if (!isListed) return Math.min(maxInitialSilenceMs, options.maxSilenceMs);
          return state.expectsBookmarks ? options.maxSilenceMs : timeoutSeconds * 1_000 + timeoutGraceMs;
        },
        signal,
      },
      onFrame,
    );
    if (!isListed) noteFailure(streaming, key, end);
    return { isListed, end };
  } catch (error) {
    if (!(error instanceof OverdueError)) throw error;
    streaming.failed(key);
    return { isListed, end: { kind: 'unreadable', reason: error.message } };
  } finally {
    release();
  }
}

function initialEventsQuery(timeoutSeconds: number): string {
  return new URLSearchParams({
    watch: '1',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(timeoutSeconds),
  }).toString();
}

/** Only what is the fault of the way counts against it: a server that is away is no reason to give it up. */
function noteFailure(streaming: StreamingLists, key: string, end: AttemptEnd): void {
  if (end.kind === 'rejected') streaming.refused();
  else if (end.kind === 'stalled' || end.kind === 'ended' || end.kind === 'failed') streaming.failed(key);
}
