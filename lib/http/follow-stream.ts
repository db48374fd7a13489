import type { LiveFeed, Positioned } from './live-feed.ts';
import { encodeStreamChunk, type StreamChunk } from './stream-chunk.ts';
import type { StreamConnection } from './stream-connection.ts';
import type { StreamFraming, StreamStart } from './stream-framing.ts';

export type StreamDecision = 'allowed' | 'denied' | 'unknown';

/** What one stream shows and to whom. */
export type StreamPlan<Row extends Positioned> = {
  /** Rows above `after` up to `upTo` in order, at most `limit`; those that do not match may be left out. */
  readonly readPage: (after: number, upTo: number, limit: number) => Promise<readonly Row[]>;
  /** The last position that is committed. */
  readonly readHead: () => Promise<number>;
  /** The stream's filter. */
  readonly matches: (row: Row) => boolean;
  /** `undefined` where it has to be asked. */
  readonly decideNow: (row: Row) => StreamDecision | undefined;
  readonly decide: (row: Row) => Promise<StreamDecision>;
  /** The row as a whole frame. */
  readonly frameOf: (row: Row) => string;
  /**
   * Equal for streams that show the same rows in the same frames now: rights are found and frames written once for all
   * of them. Missing where no two streams are alike.
   */
  readonly audience?: () => string;
  readonly framing: StreamFraming;
  /** What is sent before any row, such as the state that the rows change; a slow client is waited for. */
  readonly prologue?: () => AsyncIterable<string>;
  /** Why the caller may no longer have the stream, if so. */
  readonly refusal: () => Promise<string | undefined>;
};

export type FollowOptions = {
  readonly heartbeatMs: number;
  readonly recheckMs: number;
  /** Longest wait for an answer about rights before the stream is ended, to be continued later. */
  readonly unknownRightsMs: number;
  /** A stream is ended after this at the latest, before somebody on the way cuts it. Clients continue it. */
  readonly lifetimeMs: number;
};

const pageSize = 200;
const unknownRetryMs = 500;
const firstRetryMs = 100;
/** A client that takes nothing for this long is told that it is slow. One on a busy line often pauses for less. */
const slowAfterMs = 1_000;
const maxRetryMs = 5_000;
/** Longer than a database takes to restart or to fail over. */
const maxTroubleMs = 60_000;

/**
 * Sends one client every row that it may see, once and in commit order, until either side ends it.
 *
 * Two modes. *Catching up*: pages are read from the database from the stream's own position, rights are asked
 * where they are not known, and a slow client is waited for. *Live*: the stream takes the rows of the shared
 * feed as long as that needs no waiting. A row whose rights must be asked, or a client whose buffer is full,
 * sends the stream back to catching up from where it stands. So nothing is queued per client, and nothing lost.
 *
 * @returns why it ended, for the log; never throws
 */
export async function followStream<Row extends Positioned>(
  connection: StreamConnection,
  plan: StreamPlan<Row>,
  stream: {
    readonly feed: LiveFeed<Row>;
    readonly start: StreamStart;
    /** Aborts when the process stops. */
    readonly signal: AbortSignal;
    readonly options: FollowOptions;
    readonly onError: (error: unknown) => void;
  },
): Promise<string> {
  const { feed, start, options } = stream;
  let position = 0;
  let endReason: string | undefined;
  let stopWaiting: (() => void) | undefined;

  const end = (reason: string): void => {
    if (endReason !== undefined) return;
    endReason = reason;
    connection.end(plan.framing.ending(reason));
    stopWaiting?.();
  };
  const send = (frames: string): void => {
    if (frames !== '') connection.write(frames);
  };
  const onAbort = (): void => end('server is stopping');
  const going = (): boolean => endReason === undefined;

  const heartbeat = setInterval(() => {
    if (!going()) return;
    send(plan.framing.heartbeat(position));
  }, options.heartbeatMs);
  const lifetime = setTimeout(() => end('stream is old, come back'), options.lifetimeMs);
  const recheck = setInterval(() => {
    plan.refusal().then(
      (reason) => (reason === undefined ? undefined : end(reason)),
      (error: unknown) => {
        if (!going()) return;
        stream.onError(error);
        end('cannot verify the caller');
      },
    );
  }, options.recheckMs);
  stream.signal.addEventListener('abort', onAbort);
  void connection.closed.then((how) => end(how === 'stalled' ? 'client reads nothing' : 'client left'));

  try {
    position = await begin();
    while (going()) {
      await persist(catchUp);
      if (going()) await takeLive();
    }
  } catch (error) {
    stream.onError(error);
    end('internal error');
  } finally {
    clearInterval(heartbeat);
    clearInterval(recheck);
    clearTimeout(lifetime);
    stream.signal.removeEventListener('abort', onAbort);
  }
  return endReason ?? 'client left';

  async function begin(): Promise<number> {
    if (stream.signal.aborted) end('server is stopping');
    const from = start.kind === 'after' ? start.position : await plan.readHead();
    send(plan.framing.greeting(start, from));
    for await (const frames of plan.prologue?.() ?? []) {
      if (!going()) break;
      send(frames);
      await connection.drained();
    }
    return from;
  }

  /** A database that restarts or fails over shall not end all streams: what fails is tried again for a while. */
  async function persist(work: () => Promise<void>): Promise<void> {
    for (let waitedMs = 0, waitMs = firstRetryMs; going(); waitMs = Math.min(waitMs * 2, maxRetryMs)) {
      try {
        await work();
        return;
      } catch (error) {
        if (!going()) return;
        if (waitedMs >= maxTroubleMs) throw error;
        stream.onError(error);
        await wait(waitMs);
        waitedMs += waitMs;
      }
    }
  }

  /** Until all that was committed at one moment has been sent. */
  async function catchUp(): Promise<void> {
    for (let full = true; full; ) {
      await roomForMore();
      if (!going()) return;
      const head = await plan.readHead();
      if (head <= position || !going()) return;
      const rows = await plan.readPage(position, head, pageSize);
      if (!going()) return;
      await sendPage(rows);
      if (!going()) return;
      full = rows.length === pageSize;
      if (!full) position = head;
    }
  }

  async function roomForMore(): Promise<void> {
    const sinceMs = performance.now();
    await connection.drained();
    const waitedMs = Math.round(performance.now() - sinceMs);
    if (waitedMs >= slowAfterMs && going()) send(plan.framing.behind(waitedMs));
  }

  async function sendPage(rows: readonly Row[]): Promise<void> {
    const matching = rows.filter(plan.matches);
    const decisions = await decideAll(matching);
    if (!going()) return;
    const frames = matching.filter((_, index) => decisions[index] === 'allowed').map(plan.frameOf);
    if (frames.length > 0) connection.write(frames.join(''));
    position = rows.at(-1)?.position ?? position;
  }

  /** Rows with unknown rights are neither sent nor skipped: the stream stands until somebody knows. */
  async function decideAll(rows: readonly Row[]): Promise<StreamDecision[]> {
    for (let waitedMs = 0; ; waitedMs += unknownRetryMs) {
      const decisions = await Promise.all(rows.map(plan.decide));
      if (!decisions.includes('unknown') || !going()) return decisions;
      if (waitedMs >= options.unknownRightsMs) {
        end('cannot find out the rights of the caller');
        return decisions;
      }
      await wait(unknownRetryMs);
    }
  }

  /** Takes rows of the feed until something has to be waited for. */
  async function takeLive(): Promise<void> {
    let leave: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      stopWaiting = resolve;
      leave = feed.join(position, (rows) => {
        if (!going() || !offer(rows)) resolve();
      });
      if (leave === undefined) resolve();
    });
    stopWaiting = undefined;
    leave?.();
  }

  /** False where the rest of the rows must be waited for; `position` says how far it came. */
  function offer(rows: readonly Row[]): boolean {
    const { chunk, upTo, askFirst } = offerOf(rows, plan);
    position = upTo ?? position;
    const hasRoom = chunk === undefined || connection.write(chunk);
    return hasRoom && !askFirst;
  }

  async function wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    stopWaiting = undefined;
  }
}

/** What the rows of one moment come to for one audience. */
type Offer = {
  readonly chunk: StreamChunk | undefined;
  /** The last row that was decided; missing where the first one has to be asked about. */
  readonly upTo: number | undefined;
  readonly askFirst: boolean;
};

/**
 * By the rows as the feed handed them out: all listeners get them in one turn of the event loop, so that rights cannot
 * change between two of them, and nothing is kept beyond it.
 */
const offers = new WeakMap<readonly Positioned[], Map<string, Offer>>();

function offerOf<Row extends Positioned>(rows: readonly Row[], plan: StreamPlan<Row>): Offer {
  const audience = plan.audience?.();
  if (audience === undefined) return makeOffer(rows, plan);
  let known = offers.get(rows);
  if (known === undefined) {
    known = new Map();
    offers.set(rows, known);
  }
  let offer = known.get(audience);
  if (offer === undefined) {
    offer = makeOffer(rows, plan);
    known.set(audience, offer);
  }
  return offer;
}

function makeOffer<Row extends Positioned>(rows: readonly Row[], plan: StreamPlan<Row>): Offer {
  let frames = '';
  let upTo: number | undefined;
  let askFirst = false;
  for (const row of rows) {
    if (plan.matches(row)) {
      const decision = plan.decideNow(row);
      askFirst = decision === undefined || decision === 'unknown';
      if (askFirst) break;
      if (decision === 'allowed') frames += plan.frameOf(row);
    }
    upTo = row.position;
  }
  return { chunk: frames === '' ? undefined : encodeStreamChunk(frames), upTo, askFirst };
}
