/** Answers that are to go wrong, and how often still. */
type Refusal = {
  readonly code: 429 | 500 | 503;
  readonly retryAfterSeconds: number | undefined;
  left: number;
};

/**
 * What a test has switched on. Only requests for resources are affected, so that probes and the way to switch
 * faults off again keep working.
 */
export class Faults {
  #refusal: Refusal | undefined;
  #delayMs = 0;
  #gone = 0;
  #bookmarks = true;

  /** The next `count` requests are refused with this status. */
  refuse(code: 429 | 500 | 503, count: number, retryAfterSeconds?: number): void {
    this.#refusal = count > 0 ? { code, retryAfterSeconds, left: count } : undefined;
  }

  /** Every answer starts this much later; 0 switches it off. */
  delay(delayMs: number): void {
    this.#delayMs = Math.max(0, delayMs);
  }

  /** The next `count` watches and continued lists are told that their version is gone. */
  expire(count: number): void {
    this.#gone = Math.max(0, count);
  }

  setBookmarks(sent: boolean): void {
    this.#bookmarks = sent;
  }

  clear(): void {
    this.#refusal = undefined;
    this.#delayMs = 0;
    this.#gone = 0;
    this.#bookmarks = true;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  get sendsBookmarks(): boolean {
    return this.#bookmarks;
  }

  /** The refusal for this request, if it is to be refused. */
  takeRefusal(): Omit<Refusal, 'left'> | undefined {
    const refusal = this.#refusal;
    if (refusal === undefined) return undefined;
    refusal.left -= 1;
    if (refusal.left <= 0) this.#refusal = undefined;
    return refusal;
  }

  /** True where this request is to be told that its version is gone. */
  takeGone(): boolean {
    if (this.#gone === 0) return false;
    this.#gone -= 1;
    return true;
  }
}
