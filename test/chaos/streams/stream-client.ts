import { setTimeout as delay } from 'node:timers/promises';
import { type OpenStream, openStream } from '../../support/open-stream.ts';
import type { StreamAudience } from './stream-audiences.ts';

export type StreamClient = {
  readonly audience: StreamAudience;
  /** `global_uid` of each row, as it came, over all connections. */
  readonly received: () => readonly string[];
  /** Why the server said that it could not go on from the last id. */
  readonly resyncs: readonly string[];
  readonly connections: () => number;
  /** Where the first connection began. */
  readonly firstId: () => string | undefined;
  /** Resolves at the first greeting: what is committed later must come. */
  readonly greeted: Promise<void>;
  /** From now on the client leaves no more by itself. */
  readonly settle: () => void;
  readonly stop: () => Promise<void>;
};

/** Longest life of a connection; half of them are much shorter. */
const maxLifeMs = 3_000;
const maxAwayMs = 400;
const retryMs = 50;

/** Follows a stream, is cut off at random moments, and comes back with the id of the last frame that it has whole. */
export function startStreamClient(options: {
  readonly url: string;
  readonly token: string;
  readonly audience: StreamAudience;
  readonly random: () => number;
}): StreamClient {
  const earlier: string[] = [];
  const resyncs: string[] = [];
  let stream: OpenStream | undefined;
  let lastEventId: string | undefined;
  let firstId: string | undefined;
  let connections = 0;
  let stopped = false;
  const settling = Promise.withResolvers<void>();
  const stopping = Promise.withResolvers<void>();
  const greeted = Promise.withResolvers<void>();

  const rowsOf = ({ frames }: OpenStream): string[] =>
    frames
      .filter(({ event }) => event === 'krateo' || event === 'resource')
      .map(({ data }) => (JSON.parse(data) as { global_uid: string }).global_uid);

  async function follow(): Promise<void> {
    const opened = await openStream(options.url, { token: options.token, lastEventId });
    stream = opened;
    connections += 1;
    // A server that is killed in the midst of it is what this is about.
    const ended = opened.ended.catch(() => undefined);
    // Before the first greeting there is nothing to continue from.
    lastEventId = opened.lastId() ?? lastEventId;
    firstId ??= lastEventId;
    if (lastEventId !== undefined) greeted.resolve();
    const lifeMs = maxLifeMs * options.random() ** 2;
    const cut = delay(lifeMs, undefined, { ref: false });
    const stays = Promise.race([cut, settling.promise]).then(() => (isSettling() ? stopping.promise : cut));
    await Promise.race([ended, stays, stopping.promise]);
    await opened.leave().catch(() => undefined);
    earlier.push(...rowsOf(opened));
    resyncs.push(...opened.frames.filter(({ event }) => event === 'resync').map(({ data }) => data));
    lastEventId = opened.lastId() ?? lastEventId;
    stream = undefined;
  }

  let settled = false;
  const isSettling = (): boolean => settled;
  const running = (async () => {
    while (!stopped) {
      try {
        await follow();
      } catch {
        // Nobody listens while the presenter is away.
        await delay(retryMs);
      }
      if (!settled) await delay(maxAwayMs * options.random());
    }
  })();

  return {
    audience: options.audience,
    received: () => (stream === undefined ? earlier : [...earlier, ...rowsOf(stream)]),
    resyncs,
    connections: () => connections,
    firstId: () => firstId,
    greeted: greeted.promise,
    settle: () => {
      settled = true;
      settling.resolve();
    },
    stop: async () => {
      stopped = true;
      stopping.resolve();
      await running;
    },
  };
}
