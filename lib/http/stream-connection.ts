import type { ServerResponse } from 'node:http';
import { corsHeaders } from './cors-headers.ts';
import { encodeStreamChunk, type StreamChunk } from './stream-chunk.ts';

/** One open stream. Nothing is ever dropped: who writes must heed the answer of `write`. */
export type StreamConnection = {
  /**
   * Sends whole frames, at least one. False once more than `maxBufferedBytes` wait for this client: write no more
   * before `drained`.
   */
  readonly write: (frames: string | StreamChunk) => boolean;
  /** Resolves when there is room again, or the connection is over. */
  readonly drained: () => Promise<void>;
  /** Resolves when the connection is over, whoever ended it; `stalled` where the client took nothing for too long. */
  readonly closed: Promise<'over' | 'stalled'>;
  /** Sends last frames and closes; a client that does not take them is cut off after some seconds. */
  readonly end: (lastFrames?: string) => void;
};

/** A client that reads nothing for this long is cut off; what it lacks it gets when it comes back. */
const stallTimeoutMs = 30_000;
const endTimeoutMs = 5_000;

/**
 * Starts a stream on a plain response, headers at once. Without Fetch objects, which cost more memory
 * per client than everything else of a stream together.
 */
export function openStreamConnection(
  response: ServerResponse,
  options: {
    readonly contentType: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly maxBufferedBytes: number;
  },
): StreamConnection {
  let open = true;
  // Only then does node say 'drain': a buffer below its own mark empties without a word.
  let full = false;
  let waiting: (() => void)[] = [];
  let stallTimer: NodeJS.Timeout | undefined;

  const release = (): void => {
    full = false;
    clearTimeout(stallTimer);
    stallTimer = undefined;
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  };
  let stalled = false;
  const cutOff = (): void => {
    stalled = true;
    response.destroy();
  };
  const closed = new Promise<'over' | 'stalled'>((resolve) => {
    response.once('close', () => {
      open = false;
      release();
      resolve(stalled ? 'stalled' : 'over');
    });
  });
  response.on('drain', release);
  // The connection's own errors end in 'close'; there is nobody left to tell.
  response.on('error', () => {});

  response.writeHead(200, {
    ...corsHeaders,
    ...options.headers,
    'content-type': options.contentType,
    'cache-control': 'no-cache, no-transform',
    // Proxies such as nginx would hold frames back.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  // Straight to the socket: the response would send three pieces for each chunk, with a tick of its own to join them
  // (measured with 2,000 clients: twice the time of one write). It stands back while another answer is before it.
  const { socket } = response;
  socket?.on('drain', release);
  response.once('close', () => socket?.off('drain', release));

  return {
    write: (frames) => {
      if (!open) return false;
      const chunk = typeof frames === 'string' ? encodeStreamChunk(frames) : frames;
      if (socket === null) response.write(chunk.bytes);
      else socket.write(response.chunkedEncoding ? chunk.chunked : chunk.bytes);
      if ((socket ?? response).writableLength <= options.maxBufferedBytes) return true;
      full = true;
      stallTimer ??= setTimeout(cutOff, stallTimeoutMs).unref();
      return false;
    },
    drained: () => {
      if (!open || !full) return Promise.resolve();
      return new Promise((resolve) => void waiting.push(resolve));
    },
    closed,
    end: (lastFrames = '') => {
      if (!open) return;
      open = false;
      clearTimeout(stallTimer);
      response.end(lastFrames);
      const timer = setTimeout(() => response.destroy(), endTimeoutMs);
      timer.unref();
      response.once('close', () => clearTimeout(timer));
    },
  };
}
