import { statusResponse } from './status-response.ts';

export type BytesOutcome =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly response: Response };

/** A caller that sends slower than this is cut off; the server itself has no request timeout because of streams. */
const bodyTimeoutMs = 15_000;

/** The request's body. Refused with 413 above `maxBytes`, 408 when slow. */
export async function readBody(request: Request, maxBytes: number): Promise<BytesOutcome> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) return tooLarge(maxBytes);
  const bytes = await readBytes(request, maxBytes);
  if (bytes === 'too large') return tooLarge(maxBytes);
  if (bytes === 'too slow') {
    return {
      kind: 'refused',
      response: statusResponse(408, `body did not arrive within ${bodyTimeoutMs / 1_000} s`),
    };
  }
  return { kind: 'bytes', bytes };
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer | 'too large' | 'too slow'> {
  if (request.body === null) return Buffer.alloc(0);
  const reader = request.body.getReader();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    reader.cancel().catch(() => {
      // The connection is gone already; read() below has noticed.
    });
  }, bodyTimeoutMs);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (timedOut) return 'too slow';
      if (done) break;
      length += value.length;
      if (length > maxBytes) {
        await reader.cancel();
        return 'too large';
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): BytesOutcome {
  return {
    kind: 'refused',
    response: statusResponse(413, `body too large, expected at most ${maxBytes} bytes`),
  };
}
