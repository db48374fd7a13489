import type { IncomingMessage } from 'node:http';

import { StatusError } from './status-error.ts';

/** The API server's own limit. */
const maxBodyBytes = 3_145_728;

/** @throws StatusError 413 for bodies above 3 MiB */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new StatusError({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: `Request entity too large: limit is ${maxBodyBytes}`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
