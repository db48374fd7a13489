/** Frames as they go over the wire, made once for all clients that get them. */
export type StreamChunk = {
  readonly bytes: Buffer;
  /** The same as one chunk of HTTP/1.1's chunked coding (RFC 9112, section 7.1). */
  readonly chunked: Buffer;
};

/** @param frames not empty: an empty chunk would end the answer */
export function encodeStreamChunk(frames: string): StreamChunk {
  const length = Buffer.byteLength(frames);
  const head = `${length.toString(16)}\r\n`;
  const chunked = Buffer.allocUnsafe(head.length + length + 2);
  chunked.write(head, 0, 'latin1');
  chunked.write(frames, head.length, 'utf8');
  chunked.write('\r\n', head.length + length, 'latin1');
  return { chunked, bytes: chunked.subarray(head.length, head.length + length) };
}
