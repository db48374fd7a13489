import pg from 'pg';

/** Shows a connection that died without a word; also keeps proxies from closing it. */
const aliveCheckMs = 15_000;
const aliveTimeoutMs = 5_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;

export type Listener = {
  readonly isConnected: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Streams that wake their readers. */
type Channel = 'kubemirror_events' | 'kubemirror_resources' | 'kubemirror_appconfigs';

/**
 * LISTENs with one connection of its own, and connects again whenever that is lost. What was notified meanwhile
 * is lost, as PostgreSQL has it, so every channel's `onWake` is called after every (re)connection too: who is woken
 * looks for itself.
 */
export function listen(options: {
  readonly connection: pg.ClientConfig;
  /** What to do when a channel was notified. */
  readonly onWake: Readonly<Partial<Record<Channel, () => void>>>;
  readonly onError: (error: unknown) => void;
}): Listener {
  const onWake = new Map(Object.entries(options.onWake));
  let stopped = false;
  let client: pg.Client | undefined;
  let retryMs = firstRetryMs;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const candidate = new pg.Client({ ...options.connection, query_timeout: aliveTimeoutMs });
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
      for (const channel of onWake.keys()) await candidate.query(`listen ${channel}`);
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
    const checkAlive = (): void => {
      candidate.query('select 1').then(() => {
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
