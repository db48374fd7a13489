import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import { signalOfAnswer, signalOfStatus } from './api-signal.ts';
import type { AttemptEnd } from './watch-decision.ts';

export type WatchFrame = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
  /** Of the event as received. */
  readonly bytes: number;
};

export type WatchOptions = {
  readonly stream: KubernetesStream;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest silence while we wait for the server, asked now and then; beyond it the connection counts as dead. */
  readonly maxSilenceMs: () => number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * One watch connection from open to end. The next event is read when `onFrame` has returned or resolved, so a
 * slow receiver stops the reading and then the server. Time spent in `onFrame` is no silence.
 * @throws what `onFrame` throws, and the signal's reason
 */
export async function watchOnce(
  options: WatchOptions,
  onFrame: (frame: WatchFrame) => void | Promise<void>,
): Promise<AttemptEnd> {
  const { signal } = options;
  signal.throwIfAborted();
  const connection = new AbortController();
  const onAbort = () => connection.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const silence = { sinceMs: options.nowMs(), waiting: true, stalled: false };
  const watchdog = watchSilence(options, silence, connection);
  try {
    return await readFrames(options, connection.signal, silence, onFrame);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ReceiverError) throw error.cause;
    if (silence.stalled) return { kind: 'stalled' };
    const reason = error instanceof Error ? error.message : String(error);
    // By name: the stream's implementation is injected, and with it the class.
    const isUnreadable = error instanceof Error && error.name === 'UnreadableStreamError';
    return { kind: isUnreadable ? 'unreadable' : 'lost', reason };
  } finally {
    signal.removeEventListener('abort', onAbort);
    connection.abort();
    await watchdog;
  }
}

/** Tells what the receiver threw from what the connection threw. */
class ReceiverError extends Error {
  override name = 'ReceiverError';
}

type Silence = { sinceMs: number; waiting: boolean; stalled: boolean };

async function readFrames(
  options: WatchOptions,
  signal: AbortSignal,
  silence: Silence,
  onFrame: (frame: WatchFrame) => void | Promise<void>,
): Promise<AttemptEnd> {
  const { path, headers = {} } = options;
  const opened = await options.stream({ path, headers, signal });
  if (opened.kind === 'refused') return signalOfAnswer(opened.answer);
  for await (const { value, bytes } of opened.lines) {
    silence.waiting = false;
    const { type, object } = value as { type?: unknown; object?: unknown };
    if (type === 'ERROR') return signalOfStatus(object);
    if (!isFrameType(type) || !hasVersion(object)) {
      return { kind: 'unreadable', reason: `an event of type ${JSON.stringify(type)} without a version` };
    }
    try {
      const passed = onFrame({ type, object, bytes });
      if (passed !== undefined) await passed;
    } catch (cause) {
      throw new ReceiverError('the receiver failed', { cause });
    }
    silence.sinceMs = options.nowMs();
    silence.waiting = true;
  }
  return { kind: 'ended' };
}

/** Looks now and then rather than setting a timer per event: that would cost more than parsing the event. */
async function watchSilence(
  options: WatchOptions,
  silence: Silence,
  connection: AbortController,
): Promise<void> {
  try {
    while (!connection.signal.aborted) {
      await options.sleep(Math.max(Math.min(options.maxSilenceMs() / 4, 15_000), 10), connection.signal);
      const silentMs = options.nowMs() - silence.sinceMs;
      if (silence.waiting && silentMs > options.maxSilenceMs()) {
        silence.stalled = true;
        connection.abort(new Error(`silent for ${silentMs} ms`));
      }
    }
  } catch (error) {
    // The sleep ends so when the connection does.
    if (!connection.signal.aborted) throw error;
  }
}

function isFrameType(type: unknown): type is WatchFrame['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

function hasVersion(object: unknown): object is KubernetesObject {
  const metadata = (object as { metadata?: unknown } | null | undefined)?.metadata;
  return typeof (metadata as { resourceVersion?: unknown } | null | undefined)?.resourceVersion === 'string';
}
