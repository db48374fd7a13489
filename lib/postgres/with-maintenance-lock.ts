import pg from 'pg';

/**
 * Runs `work` on a connection of its own while no other replica does. Closing the connection gives the lock
 * back whatever happens, so it cannot leak into a pool.
 * @returns `busy` at once when another replica holds the lock
 */
export async function withMaintenanceLock<Result>(
  connection: pg.ClientConfig,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<{ readonly kind: 'done'; readonly result: Result } | { readonly kind: 'busy' }> {
  const client = new pg.Client({
    ...connection,
    options: '-c timezone=UTC -c statement_timeout=600000 -c idle_in_transaction_session_timeout=60000',
  });
  // What a lost connection means, the statement that is under way or comes next tells.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock(20316, 3) as got');
    if (rows[0]?.got !== true) return { kind: 'busy' };
    return { kind: 'done', result: await work(client) };
  } finally {
    await client.end().catch(() => {
      // It is gone already, and the lock with it.
    });
  }
}
