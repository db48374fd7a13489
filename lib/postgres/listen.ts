import pg from 'pg';

/** Shows a connection that died without a word; also keeps proxies from closing it. */
const defaultAliveCheckMs = 15_000;
const aliveTimeoutMs = 5_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;
/** SQLSTATE of what a replica does not do. */
const readOnlyTransaction = '25006';

export type Listener = {
  /** Also on a replica, which cannot LISTEN. */
  readonly isConnected: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Streams that wake their readers. */
type Channel = 'kubemirror_events' | 'kubemirror_resources' | 'kubemirror_appconfigs';

/**
 * LISTENs with one connection of its own, and connects again whenever that is lost. What was notified meanwhile
 * is lost, as PostgreSQL has it, so every channel's `onWake` is called after every (re)connection too: who is woken
 * looks for itself.
 *
 * A replica refuses LISTEN. There the connection is kept all the same and nobody is woken, until it is promoted.
 */
export function listen(options: {
  readonly connection: pg.ClientConfig;
  /** What to do when a channel was notified. */
  readonly onWake: Readonly<Partial<Record<Channel, () => void>>>;
  readonly onError: (error: unknown) => void;
  readonly aliveCheckMs?: number;
}): Listener {
  const { aliveCheckMs = defaultAliveCheckMs } = options;
  const onWake = new Map(Object.entries(options.onWake));
  let stopped = false;
  let client: pg.Client | undefined;
  let retryMs = firstRetryMs;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const candidate = new pg.Client({ ...options.connection, query_timeout: aliveTimeoutMs });
    let listens = false;
    const startListening = async (): Promise<boolean> => {
      try {
        for (const channel of onWake.keys()) await candidate.query(`listen ${channel}`);
        return true;
      } catch (error) {
        if ((error as { readonly code?: unknown }).code === readOnlyTransaction) return false;
        throw error;
      }
    };
    const lost = once((error?: unknown) => {
      clearTimeout(timer);
      if (client === candidate) client = undefined;
      candidate.end().catch(() => {
        // It is gone; ending it was only to free the socket.
      });
      if (stopped) return;
      if (error !== undefined) options.onError(error);
      timer = setTimeout(() => void connect(), retryMs);
      retryMs = Math.min(retryMs * 2, maxRetryMs);
    });
    candidate.on('error', lost);
    candidate.on('end', () => lost());
    candidate.on('notification', ({ channel }) => onWake.get(channel)?.());
    try {
      await candidate.connect();
      listens = await startListening();
    } catch (error) {
      lost(error);
      return;
    }
    if (stopped) {
      lost();
      return;
    }
    client = candidate;
    retryMs = firstRetryMs;
    for (const wake of onWake.values()) wake();
    const look = async (): Promise<void> => {
      if (listens) {
        await candidate.query('select 1');
        return;
      }
      listens = await startListening();
      if (listens) for (const wake of onWake.values()) wake();
    };
    const checkAlive = (): void => {
      look().then(() => {
        if (client === candidate) timer = setTimeout(checkAlive, aliveCheckMs);
      }, lost);
    };
    timer = setTimeout(checkAlive, aliveCheckMs);
  };

  void connect();
  return {
    isConnected: () => client !== undefined,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      const current = client;
      client = undefined;
      await current?.end();
    },
  };
}

function once<Args extends unknown[]>(call: (...args: Args) => void): (...args: Args) => void {
  let called = false;
  return (...args) => {
    if (called) return;
    called = true;
    call(...args);
  };
}
