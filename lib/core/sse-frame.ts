/** One server-sent event; see the HTML standard, section 9.2 ("Server-sent events"). */
export type SseFrame = {
  /** Event name; the browser's default is `message`. */
  readonly event?: string;
  /** What the client sends back as `Last-Event-ID`. An id without data moves that without an event. */
  readonly id?: string;
  /** Any text; each of its lines becomes a `data:` line. */
  readonly data?: string;
  /** How long the client shall wait before it reconnects. */
  readonly retryMs?: number;
  /** Ignored by clients; a frame of only a comment is a heartbeat. */
  readonly comment?: string;
};

/**
 * The frame as sent, closed by a blank line.
 * @throws RangeError for an `event` or `id` with a line break (which would let a value forge fields), an `id`
 *   with NUL (which clients ignore), or a `retryMs` that is no whole number
 */
export function formatSseFrame(frame: SseFrame): string {
  let text = '';
  if (frame.comment !== undefined) text += formatLines(': ', frame.comment);
  if (frame.retryMs !== undefined) {
    if (!Number.isSafeInteger(frame.retryMs) || frame.retryMs < 0) {
      throw new RangeError(`Cannot format retry of a frame: "${frame.retryMs}", expected whole milliseconds`);
    }
    text += `retry: ${frame.retryMs}\n`;
  }
  if (frame.event !== undefined) text += `event: ${oneLine('event', frame.event)}\n`;
  if (frame.id !== undefined) text += `id: ${oneLine('id', frame.id)}\n`;
  if (frame.data !== undefined) text += formatLines('data: ', frame.data);
  return `${text}\n`;
}

function formatLines(prefix: string, value: string): string {
  let text = '';
  for (const line of value.split(/\r\n|\n|\r/)) text += `${prefix}${line}\n`;
  return text;
}

function oneLine(field: 'event' | 'id', value: string): string {
  if (value.includes('\n') || value.includes('\r') || (field === 'id' && value.includes('\0'))) {
    throw new RangeError(`Cannot format ${field} of a frame: ${JSON.stringify(value)}, expected one line`);
  }
  return value;
}
