import type { ServerResponse } from 'node:http';

/** How a stream is cut: politely, or as if the connection broke. */
export type WatchEnd = 'end' | 'reset';

/**
 * The writing side of one watch. What waits for a slow reader is a queue of events that are not rendered yet,
 * so that a burst costs references and not bytes. A reader that stays behind for too long is closed with a
 * plain end of stream, as the API server does.
 *
 * Modes: open, then closed for ever. While `stalled` nothing is written, and the connection stays open.
 */
export class WatchStream<Event> {
  readonly #response: ServerResponse;
  readonly #render: (event: Event) => Buffer | undefined;
  readonly #limits: { readonly maxQueuedEvents: number; readonly slowAfterMs: number };
  readonly #nowMs: () => number;
  readonly #onClose: () => void;
  /** Rendered in order; `#head` is the first that was not written. */
  #queue: Event[] = [];
  #head = 0;
  /** When the queue last became non-empty or moved on. */
  #progressMs: number;
  #closed = false;
  #stalled = false;
  #nextLineIsHalf = false;

  constructor(
    response: ServerResponse,
    options: {
      readonly render: (event: Event) => Buffer | undefined;
      /** More waiting events than this, for longer than `slowAfterMs`, close the stream. */
      readonly maxQueuedEvents: number;
      readonly slowAfterMs: number;
      readonly nowMs: () => number;
      readonly onClose: () => void;
    },
  ) {
    this.#response = response;
    this.#render = options.render;
    this.#limits = options;
    this.#nowMs = options.nowMs;
    this.#progressMs = options.nowMs();
    this.#onClose = options.onClose;
    response.on('drain', () => this.#pump());
    response.on('close', () => this.#finish());
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(...events: readonly Event[]): void {
    if (this.#closed) return;
    if (this.#waiting === 0) this.#progressMs = this.#nowMs();
    for (const event of events) this.#queue.push(event);
    this.#pump();
    const late = this.#nowMs() - this.#progressMs > this.#limits.slowAfterMs;
    if (late && this.#waiting > this.#limits.maxQueuedEvents) this.close('end');
  }

  close(how: WatchEnd): void {
    if (this.#closed) return;
    if (how === 'reset') this.#response.destroy();
    else this.#response.end();
    this.#finish();
  }

  /** Fault: stop writing without closing, or go on. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) this.#pump();
  }

  /** Fault: write half of the next line and break the connection. */
  breakNextLine(): void {
    this.#nextLineIsHalf = true;
  }

  get #waiting(): number {
    return this.#queue.length - this.#head;
  }

  #pump(): void {
    if (this.#closed || this.#stalled || this.#waiting === 0) return;
    // Corking the response itself would join the lines of a burst into one chunk.
    const { socket } = this.#response;
    socket?.cork();
    while (this.#waiting > 0 && !this.#response.writableNeedDrain) {
      const event = this.#queue[this.#head] as Event;
      this.#head += 1;
      this.#progressMs = this.#nowMs();
      const line = this.#render(event);
      if (line !== undefined && !this.#write(line)) return;
    }
    if (this.#waiting === 0) {
      this.#queue = [];
      this.#head = 0;
    }
    process.nextTick(() => socket?.uncork());
  }

  /** One write per event: client-side decoders rely on lines, but proxies pass chunks on as they come. */
  #write(line: Buffer): boolean {
    if (!this.#nextLineIsHalf) {
      this.#response.write(line);
      return true;
    }
    this.#response.write(line.subarray(0, line.length >> 1));
    this.#response.socket?.uncork();
    this.#finish();
    setImmediate(() => this.#response.destroy());
    return false;
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#head = 0;
    this.#onClose();
  }
}
