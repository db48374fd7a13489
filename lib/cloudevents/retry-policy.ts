/** What a status says about sending again (knative/specs, data plane; pkg/kncloudevents SelectiveRetry). */
export function judgeStatus(status: number): 'accepted' | 'retry' | 'final' {
  if (status >= 200 && status < 300) return 'accepted';
  if (status >= 500 || status === 404 || status === 408 || status === 409 || status === 429) return 'retry';
  return 'final';
}

export type Backoff = {
  /** Upper end of the first wait; it doubles with every attempt. */
  readonly baseMs: number;
  /** Upper end of every wait. */
  readonly capMs: number;
};

/**
 * Full jitter: anything from zero to the doubled bound, so that senders which failed together do not come back
 * together. Retry-After lengthens the wait, by itself it is a crowd's appointment: the jitter goes on top.
 * @param options.attempt failed attempts so far, from 1
 * @param options.random in [0, 1)
 */
export function retryDelayMs(
  backoff: Backoff,
  options: { readonly attempt: number; readonly retryAfterMs?: number | undefined; readonly random: number },
): number {
  // 2^30 ms are twelve days; the exponent is bounded so that the product stays finite.
  const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(options.attempt - 1, 30));
  const jitter = Math.floor(options.random * bound);
  return options.retryAfterMs === undefined ? jitter : options.retryAfterMs + jitter;
}

/** Milliseconds that a Retry-After asks for: seconds or an HTTP date, never negative; `undefined` for other text. */
export function parseRetryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000;
  // Only the fixed-length form of RFC 9110; Date.parse alone takes "3" for a month.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(trimmed)) return undefined;
  const atMs = Date.parse(trimmed);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
