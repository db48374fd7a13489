import { refuseParameters } from './read-parameters.ts';
import { statusResponse } from './status-response.ts';

export type BodyOutcome =
  | { readonly kind: 'body'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly response: Response };

/** A caller that sends slower than this is cut off; the server itself has no request timeout because of streams. */
const bodyTimeoutMs = 15_000;

/** The request's body as one JSON value. Refused with 413 above `maxBytes`, 400 where it is no JSON, 408 when slow. */
export async function readJsonBody(request: Request, maxBytes: number): Promise<BodyOutcome> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) return tooLarge(maxBytes);
  const text = await readText(request, maxBytes);
  if (text === 'too large') return tooLarge(maxBytes);
  if (text === 'too slow') {
    return {
      kind: 'refused',
      response: statusResponse(408, `body did not arrive within ${bodyTimeoutMs / 1_000} s`),
    };
  }
  try {
    return { kind: 'body', value: JSON.parse(text.text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      kind: 'refused',
      response: refuseParameters([{ field: 'body', message: 'expected one JSON object' }]),
    };
  }
}

async function readText(
  request: Request,
  maxBytes: number,
): Promise<{ text: string } | 'too large' | 'too slow'> {
  if (request.body === null) return { text: '' };
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
  return { text: Buffer.concat(chunks).toString('utf8') };
}

function tooLarge(maxBytes: number): BodyOutcome {
  return {
    kind: 'refused',
    response: statusResponse(413, `body too large, expected at most ${maxBytes} bytes`),
  };
}
