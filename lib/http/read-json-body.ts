import { isDeeperThan } from '../core/json-depth.ts';
import { readBody } from './read-body.ts';
import { refuseParameters } from './read-parameters.ts';

export type BodyOutcome =
  | { readonly kind: 'body'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly response: Response };

/** Nobody's question is nested so deep, and what is overflows the stack of whoever writes it out again. */
const maxDepth = 100;

/**
 * The request's body as one JSON value. Refused as by `readBody`, and with 400 where it is no JSON or is nested
 * deeper than 100 levels.
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<BodyOutcome> {
  const body = await readBody(request, maxBytes);
  if (body.kind === 'refused') return body;
  const text = body.bytes.toString('utf8');
  if (isDeeperThan(maxDepth, text)) return refuseBody(`nested deeper than ${maxDepth} levels`);
  try {
    return { kind: 'body', value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuseBody('expected one JSON object');
  }
}

function refuseBody(message: string): BodyOutcome {
  return { kind: 'refused', response: refuseParameters([{ field: 'body', message }]) };
}
