import pg from 'pg';

/**
 * Connections of one process, opened when they are needed. Sessions run in UTC.
 * @param options.statementTimeoutMs bounds every statement; a dead peer shows by it at the latest
 * @param options.onIdleError gets errors of connections that nobody uses, such as a restart of the server
 */
export function createPool(options: {
  readonly connection: pg.ClientConfig;
  readonly size: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs?: number;
  /**
   * Prepared statements are planned for the values of each execution. Filters that are null drop out only so, and
   * with them the rest of the condition that no index can look for.
   */
  readonly customPlans?: boolean;
  readonly onIdleError: (error: Error) => void;
}): pg.Pool {
  const settings = [
    '-c timezone=UTC',
    `-c statement_timeout=${options.statementTimeoutMs}`,
    `-c lock_timeout=${options.lockTimeoutMs ?? options.statementTimeoutMs}`,
    // A session that its process forgot in a transaction would hold locks for ever.
    `-c idle_in_transaction_session_timeout=${options.statementTimeoutMs * 2}`,
    // Compiling takes 50 ms and more, which no statement of ours is long enough to win back.
    '-c jit=off',
    // Statements of milliseconds: starting workers takes longer than they save (measured with a search for words: 14 to
    // 40 ms with two workers, 7 ms without), and they take the cores of other requests.
    '-c max_parallel_workers_per_gather=0',
    ...(options.customPlans === true ? ['-c plan_cache_mode=force_custom_plan'] : []),
  ];
  const pool = new pg.Pool({
    ...options.connection,
    max: options.size,
    options: settings.join(' '),
    // The server's own timeout does not reach us over a dead network.
    query_timeout: options.statementTimeoutMs + 5_000,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
  });
  pool.on('error', options.onIdleError);
  // A connection that breaks between two statements of a transaction has nobody to tell but its listener, and
  // would end the process without one. The next statement on it fails and tells the story.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
