import { badRequest } from '../http/status-error.ts';

/** Where a paged list goes on: at which state and from which key. */
export type ContinueToken = {
  /** -1 stands for "whatever is current", in tokens that come with a 410. */
  readonly revision: number;
  readonly startKey: string;
};

const tokenVersion = 'meta.k8s.io/v1';

/** Encodes a token that continues behind the given key. */
export function encodeContinueAfter(revision: number, lastKey: string): string {
  return encodeContinueFrom(revision, `${lastKey}\u0000`);
}

/** Encodes a token that continues at the given key. */
export function encodeContinueFrom(revision: number, startKey: string): string {
  return Buffer.from(JSON.stringify({ v: tokenVersion, rv: revision, start: startKey })).toString(
    'base64url',
  );
}

/** @throws StatusError 400 for a token that no server of this kind has made */
export function decodeContinue(text: string): ContinueToken {
  const token = parseToken(text);
  const version = token['v'];
  if (version !== tokenVersion) {
    throw invalidToken(`server does not recognize this encoded version ${JSON.stringify(version ?? '')}`);
  }
  const revision = token['rv'] ?? 0;
  if (typeof revision !== 'number' || revision === 0) {
    throw invalidToken(`incorrect encoded start resourceVersion (version ${tokenVersion})`);
  }
  const startKey = token['start'];
  if (typeof startKey !== 'string' || startKey === '') {
    throw invalidToken(`encoded start key empty (version ${tokenVersion})`);
  }
  return { revision, startKey };
}

function parseToken(text: string): Record<string, unknown> {
  const illegal = text.search(/[^A-Za-z0-9_-]/);
  if (illegal !== -1 || text.length % 4 === 1) {
    throw invalidToken(`illegal base64 data at input byte ${illegal === -1 ? text.length - 1 : illegal}`);
  }
  const json = Buffer.from(text, 'base64url').toString('latin1');
  try {
    const value: unknown = JSON.parse(Buffer.from(json, 'latin1').toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    throw new SyntaxError('not an object');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidToken(
      json === ''
        ? 'unexpected end of JSON input'
        : `invalid character '${json.charAt(0)}' looking for beginning of value`,
    );
  }
}

function invalidToken(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
