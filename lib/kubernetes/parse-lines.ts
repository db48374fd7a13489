import type { StreamedLine } from '../core/kubernetes-stream.ts';
import { parseApiJson } from './parse-api-json.ts';
import { splitLines, UnreadableStreamError } from './split-lines.ts';

/** A hundred times etcd's limit for one object; aggregated API servers have their own. */
const maxLineBytes = 64 * 1024 * 1024;

/**
 * Each line of a stream as a value.
 * @throws UnreadableStreamError where a line is not JSON: skipping it would lose a change
 */
export async function* parseLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<StreamedLine, void, void> {
  for await (const line of splitLines(chunks, { maxLineBytes })) {
    yield { value: parse(line), bytes: line.length };
  }
}

function parse(line: Buffer): unknown {
  try {
    return parseApiJson(line);
  } catch (cause) {
    throw new UnreadableStreamError(
      `Cannot read the stream: a line of ${line.length} bytes is not JSON, expected an object`,
      { cause },
    );
  }
}
