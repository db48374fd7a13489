import { formatSseFrame } from '../core/sse-frame.ts';

/** Where a stream begins. */
export type StreamStart =
  | { readonly kind: 'after'; readonly position: number }
  /** What the client asked to continue is gone or was never ours; it is told so and gets what comes now. */
  | { readonly kind: 'resync'; readonly reason: string }
  | { readonly kind: 'now' };

/** What a stream sends beside its rows. Empty text sends nothing. */
export type StreamFraming = {
  /** First of all, with the position that the stream continues from. */
  readonly greeting: (start: StreamStart, position: number) => string;
  /** Shows that the stream lives, and how far it has come. */
  readonly heartbeat: (position: number) => string;
  /** Said to a client that took nothing for so long, before what it has not got yet. */
  readonly behind: (waitedMs: number) => string;
  readonly ending: (reason: string) => string;
};

/**
 * Frames of an event stream: `resync`, `slow` and `end` say what a client has to know, heartbeats move its Last-Event-ID
 * along while a filter takes nothing.
 * @param options.retryMs how long clients wait before they come back
 */
export function sseFraming(options: {
  readonly idOf: (position: number) => string;
  readonly retryMs: number;
}): StreamFraming {
  return {
    greeting: (start, position) =>
      formatSseFrame({
        comment: 'connected',
        retryMs: options.retryMs,
        ...(start.kind === 'resync'
          ? { event: 'resync', data: JSON.stringify({ reason: start.reason }) }
          : {}),
        id: options.idOf(position),
      }),
    heartbeat: (position) => formatSseFrame({ comment: 'heartbeat', id: options.idOf(position) }),
    behind: (waitedMs) => formatSseFrame({ event: 'slow', data: JSON.stringify({ waited_ms: waitedMs }) }),
    ending: (reason) => formatSseFrame({ event: 'end', data: JSON.stringify({ reason }) }),
  };
}
