/** What to do about a failed replication session. */
export type Remedy = 'retry' | 'resynchronise' | 'give-up';

/**
 * Judges an error by its SQLSTATE; whatever has none is a broken connection.
 *
 * - 55000, 42704, 58P01: the slot was invalidated, it or the publication is gone, or the log it needs is. The
 *   target is derived state, so nothing is lost: copy everything anew.
 * - class 28, 42501, 3D000, 0A000: credentials, rights, no such database, no such feature. Trying again only
 *   fills logs.
 * - everything else, among them 55006 (the slot is in use), 57P01 (server shuts down), 42P01 (a migration has
 *   not run yet) and 53xxx (too many connections or slots): wait.
 */
export function remedyOf(error: unknown): Remedy {
  const code = sqlState(error);
  if (code === undefined) return 'retry';
  if (code === '55000' || code === '42704' || code === '58P01') return 'resynchronise';
  if (code.startsWith('28') || code === '42501' || code === '3D000' || code === '0A000') return 'give-up';
  return 'retry';
}

/** Five letters and digits as the server reports them; Node's own codes, such as ECONNRESET, are none. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)
    ? code
    : undefined;
}
