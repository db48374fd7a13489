import type { ApiSignal } from './api-signal.ts';

/** How an attempt to list or watch ended. */
export type AttemptEnd =
  | ApiSignal
  /** The server closed the stream in order, after its timeout or because we were too slow. */
  | { readonly kind: 'ended' }
  /** Refused, reset, timed out: no answer, or none to its end. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** Something that is no watch event. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** Silent for longer than bookmarks ever are. */
  | { readonly kind: 'stalled' };

/** What a reflector remembers from attempt to attempt. */
export type Trouble = {
  /** Attempts since the last reset that did not last. */
  readonly failures: number;
  /** Answers in a row that the server is behind our version. */
  readonly behind: number;
  readonly lastFailureMs: number;
};

export const noTrouble: Trouble = { failures: 0, behind: 0, lastFailureMs: Number.NEGATIVE_INFINITY };

export type Decision = {
  readonly next:
    | 'retry'
    /** Forget the version and list. */
    | 'list'
    /** Ask discovery whether the resource still exists. */
    | 'check-served';
  readonly waitMs: number;
  readonly trouble: Trouble;
};

const backoff = { baseMs: 800, capMs: 30_000 };

/** Nobody repairs rights within a second, and every try is a line in the audit log. */
const slowRetryMs = 30_000;

/** A connection that lived this long was a good one; its first event proves nothing. */
const provenAfterMs = 60_000;
const forgottenAfterMs = 120_000;

/** A server that lags behind catches up within seconds; after this many tries versions went back (etcd restore). */
const maxBehind = 5;

/** Watching from this version fails for a reason unknown: a fresh list is the way out that always works. */
const listAfterFailures = 5;

/**
 * What to do after an attempt has ended. Waits are full jitter and count from the attempt's start: a
 * connection that a proxy cuts every 30 s is opened again at once, one that ends at once is not.
 */
export function decideNext(
  end: AttemptEnd,
  context: {
    readonly attempt: 'list' | 'watch';
    readonly livedMs: number;
    readonly nowMs: number;
    readonly trouble: Trouble;
    readonly random: () => number;
  },
): Decision {
  const { livedMs, nowMs, random } = context;
  const proven =
    (context.attempt === 'watch' && livedMs >= provenAfterMs) ||
    nowMs - livedMs - context.trouble.lastFailureMs >= forgottenAfterMs;
  const before = proven ? noTrouble : context.trouble;
  const trouble: Trouble = {
    failures: before.failures + 1,
    behind: end.kind === 'behind' ? before.behind + 1 : 0,
    lastFailureMs: nowMs,
  };
  const jitterMs = (boundMs: number) => Math.floor(random() * boundMs);
  const backoffMs = (failures: number) =>
    failures <= 0 ? 0 : jitterMs(Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(failures - 1, 16)));
  const fromStartMs = (failures: number) => Math.max(0, backoffMs(failures) - livedMs);

  switch (end.kind) {
    case 'ended':
    case 'stalled':
      return { next: 'retry', waitMs: fromStartMs(before.failures), trouble };
    case 'expired':
      return { next: 'list', waitMs: fromStartMs(before.failures), trouble };
    case 'throttled':
      return {
        next: 'retry',
        waitMs:
          end.retryAfterMs === undefined
            ? backoffMs(trouble.failures)
            : end.retryAfterMs + jitterMs(backoff.baseMs),
        trouble,
      };
    case 'behind':
      return trouble.behind > maxBehind
        ? { next: 'list', waitMs: backoffMs(trouble.failures), trouble: { ...trouble, behind: 0 } }
        : { next: 'retry', waitMs: end.retryAfterMs + jitterMs(backoff.baseMs), trouble };
    case 'unauthorized':
    case 'lost':
      return { next: 'retry', waitMs: fromStartMs(trouble.failures), trouble };
    case 'failed':
    case 'unreadable':
      return {
        next: trouble.failures % listAfterFailures === 0 ? 'list' : 'retry',
        waitMs: fromStartMs(trouble.failures),
        trouble,
      };
    case 'forbidden':
      return { next: 'retry', waitMs: slowRetryMs + jitterMs(slowRetryMs), trouble };
    case 'rejected':
      return { next: 'list', waitMs: slowRetryMs + jitterMs(slowRetryMs), trouble };
    case 'absent':
      return { next: 'check-served', waitMs: backoffMs(before.failures), trouble };
  }
}
