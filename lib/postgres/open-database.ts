import type pg from 'pg';
import { connectionSettings, type DatabaseConfig } from './connection-settings.ts';
import { createPool } from './create-pool.ts';
import { waitForDatabase } from './wait-for-database.ts';

/** The database of a function, reachable when this resolves. */
export type Database = {
  readonly pool: pg.Pool;
  /** Why it does not answer, or nothing when it does; for readiness. */
  readonly problem: () => Promise<string | undefined>;
  readonly close: () => Promise<void>;
};

/**
 * Opens the pool and waits up to DB_READY_TIMEOUT until the database answers and the schema is there.
 * @throws when it does not, see `waitForDatabase`
 */
export async function openDatabase(options: {
  readonly config: DatabaseConfig & { readonly DB_READY_TIMEOUT: number };
  readonly functionName: string;
  readonly size: number;
  readonly statementTimeoutMs: number;
  /** A statement that works once the tables are there that this function needs. */
  readonly schemaQuery: string;
  readonly signal: AbortSignal;
  readonly log: { warn(fields: object, message: string): void };
}): Promise<Database> {
  const { log } = options;
  const pool = createPool({
    connection: connectionSettings(options.config, `kubemirror-${options.functionName}`),
    size: options.size,
    statementTimeoutMs: options.statementTimeoutMs,
    onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  await waitForDatabase({
    query: () => pool.query(options.schemaQuery),
    timeoutMs: options.config.DB_READY_TIMEOUT,
    signal: options.signal,
    onRetry: (error, delayMs) => log.warn({ err: error, delayMs }, 'waiting for PostgreSQL'),
  });
  return {
    pool,
    problem: async () => {
      try {
        await pool.query('select');
        return undefined;
      } catch {
        // The cause is in the log of whoever tried to write; a probe's answer is public.
        return 'the database does not answer';
      }
    },
    close: () => pool.end(),
  };
}
