import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** How often a standby asks, and how often a holder makes sure that its connection lives. */
const pollMs = 1_000;
const aliveCheckMs = 5_000;

/**
 * Runs work in at most one process at a time: the one whose session holds the advisory lock. When that session
 * ends, the work's signal aborts and another process may begin. For work that only should not be done twice, not for
 * work that must not: a process that is cut off learns it a moment after the server does.
 * @param options.name names the lock inside the database
 */
export async function runWhileLocked(options: {
  readonly connection: pg.ClientConfig;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await holdOnce(options);
    } catch (error) {
      if (!options.signal.aborted) options.onError(error);
    }
    await delay(pollMs, undefined, { signal: options.signal }).catch(() => {
      // Aborted: the loop's condition ends it.
    });
  }
}

async function holdOnce(options: Parameters<typeof runWhileLocked>[0]): Promise<void> {
  const client = new pg.Client({ ...options.connection, keepAlive: true, query_timeout: 10_000 });
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('the connection that holds the lock has ended')));
  await client.connect();
  const signal = AbortSignal.any([options.signal, lost.signal]);
  const checking = keepChecking(client, lost, signal);
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
      [`kubemirror ${options.name}`],
    );
    if (rows[0]?.locked === true) await options.work(signal);
  } finally {
    lost.abort(new Error('the work has ended'));
    await checking;
    await client.end();
  }
}

/** A connection that died without a word would otherwise be held for ever. */
async function keepChecking(client: pg.Client, lost: AbortController, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await delay(aliveCheckMs, undefined, { signal });
      await client.query('select');
    } catch (error) {
      lost.abort(error);
    }
  }
}
