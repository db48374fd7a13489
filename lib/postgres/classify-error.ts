/**
 * Why a statement failed, as far as what to do about it:
 * - `data`: this row can never be stored
 * - `unavailable`: the server or the way to it is gone, full, starting, read-only or not migrated yet; come again
 * - `conflict`: lost against another transaction or waited too long for its locks; come again
 * - `unknown`: none of these
 */
export type DatabaseErrorKind = 'data' | 'unavailable' | 'conflict' | 'unknown';

/**
 * By SQLSTATE where there is one (documentation, appendix A), else by being an error of the connection.
 * Class 22 is bad data (NUL in jsonb, out of range), 23 broken constraints, 54 limits such as a key too long
 * for its index. 53 is a full disk or too many connections, 25006 a server that became a standby, 42P01 and 42703
 * a schema older than we are, while deviser is at it.
 */
export function classifyError(error: unknown): DatabaseErrorKind {
  const code = sqlStateOf(error);
  if (code === undefined) return isConnectionError(error) ? 'unavailable' : 'unknown';
  const byCode = kindByCode[code] ?? kindByClass[code.slice(0, 2)];
  return byCode ?? 'unknown';
}

const kindByClass: Readonly<Record<string, DatabaseErrorKind>> = {
  '22': 'data',
  '23': 'data',
  '54': 'data',
  '08': 'unavailable',
  '28': 'unavailable',
  '53': 'unavailable',
  '57': 'unavailable',
  '58': 'unavailable',
  '40': 'conflict',
};

const kindByCode: Readonly<Record<string, DatabaseErrorKind>> = {
  '25006': 'unavailable',
  '3D000': 'unavailable',
  '42P01': 'unavailable',
  '42703': 'unavailable',
  '55P03': 'conflict',
  '57014': 'conflict',
};

/** Five characters as the server reports them; Node's own codes, such as ECONNREFUSED, are longer or `E…`. */
function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code === 'string' && /^(?:E[A-Z]+|ERR_STREAM_|ERR_TLS_)/.test(code)) return true;
  // pg and pg-pool give these no code.
  return /connection terminated|connection ended|connection error|not queryable|timeout (?:exceeded|expired)|read timeout|client was closed|cannot use a pool/i.test(
    error.message,
  );
}
