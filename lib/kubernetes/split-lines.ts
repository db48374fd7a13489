/** A watch sent something that is no line of JSON: what came before it counts, what comes after cannot. */
export class UnreadableStreamError extends Error {
  override name = 'UnreadableStreamError';
}

/**
 * Lines of a byte stream without their newline, as soon as each is complete. What follows the last newline is
 * dropped: a server that closes in mid-line has not sent that line.
 * @param options.maxLineBytes bound on what is kept for one line; etcd takes objects of 1.5 MB by default
 * @throws UnreadableStreamError for a longer line
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  options: { readonly maxLineBytes: number },
): AsyncGenerator<Buffer, void, void> {
  let parts: Buffer[] = [];
  let kept = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, end);
      start = end + 1;
      if (parts.length === 0) {
        if (tail.length > 0) yield tail;
      } else {
        parts.push(tail);
        const line = Buffer.concat(parts);
        parts = [];
        kept = 0;
        yield line;
      }
    }
    if (start === chunk.length) continue;
    kept += chunk.length - start;
    if (kept > options.maxLineBytes) {
      throw new UnreadableStreamError(
        `Cannot read the stream: a line of more than ${options.maxLineBytes} bytes, expected shorter ones`,
      );
    }
    parts.push(chunk.subarray(start));
  }
}
