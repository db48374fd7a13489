import { readBody } from './read-body.ts';
import { refuseParameters } from './read-parameters.ts';

export type BodyOutcome =
  | { readonly kind: 'body'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly response: Response };

/** The request's body as one JSON value. Refused as by `readBody`, and with 400 where it is no JSON. */
export async function readJsonBody(request: Request, maxBytes: number): Promise<BodyOutcome> {
  const body = await readBody(request, maxBytes);
  if (body.kind === 'refused') return body;
  try {
    return { kind: 'body', value: JSON.parse(body.bytes.toString('utf8')) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      kind: 'refused',
      response: refuseParameters([{ field: 'body', message: 'expected one JSON object' }]),
    };
  }
}
