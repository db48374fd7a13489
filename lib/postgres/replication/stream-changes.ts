import { setTimeout as delay } from 'node:timers/promises';
import type { ChangePosition, RowChange } from '../../core/row-change.ts';
import { createAcknowledgementTracker, type Transaction } from './acknowledgement-tracker.ts';
import { decodePgoutput } from './decode-pgoutput.ts';
import type { Delivery } from './delivery.ts';
import type { PrimaryKeys } from './inspect-tables.ts';
import type { Lsn } from './lsn.ts';
import { quoteIdentifier, quoteLiteral } from './quote-identifier.ts';
import type { ReplicationConnection, ReplicationStream } from './replication-connection.ts';
import { decodeReplicationFrame, encodeStatusUpdate } from './replication-frame.ts';
import { createTransactionReader } from './transaction-reader.ts';

/** Acknowledgements are gathered this long: one per commit halves what the server can send. */
const acknowledgeAfterMs = 100;

export type StreamOptions = {
  readonly connection: ReplicationConnection;
  readonly slot: string;
  readonly publication: string;
  readonly systemId: string;
  readonly primaryKeys: PrimaryKeys;
  /** Makes the window that this stream delivers through. */
  readonly createDelivery: (onRoom: () => void) => Delivery;
  readonly drainTimeoutMs: number;
  /** `wal_sender_timeout` of the connection. */
  readonly readerTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Told what was acknowledged, for metrics. */
  readonly onAcknowledged?: (lsn: Lsn) => void;
  /** A message that cannot be understood; it counts as delivered when this resolves. */
  readonly onUndecodable: (problem: UndecodableMessage) => Promise<void>;
};

export type UndecodableMessage = {
  readonly bytes: Buffer;
  readonly position: ChangePosition | undefined;
  readonly error: unknown;
};

/**
 * Reads the slot from where it stands and acknowledges what is delivered, until the signal aborts; then waits
 * for deliveries under way, acknowledges them too and ends the stream in order.
 *
 * Modes: reading, paused (the window is full; the socket is not read, status updates go on), stopped.
 * Memory: the window, one socket chunk of decoded changes, and a few bytes per transaction in flight.
 * @throws what broke the stream, with the server's SQLSTATE where it has one
 */
export async function streamChanges(options: StreamOptions): Promise<void> {
  const tracker = createAcknowledgementTracker();
  const reader = createTransactionReader(options);
  const failed = Promise.withResolvers<never>();
  let stream: ReplicationStream | undefined;
  let transaction: Transaction | undefined;
  let stopped = false;
  let received: Lsn = 0n;
  let confirmed: Lsn = 0n;
  let heardAtMs = options.now();
  let acknowledgeTimer: NodeJS.Timeout | undefined;

  const sendStatus = (replyRequested: boolean): void => {
    clearTimeout(acknowledgeTimer);
    acknowledgeTimer = undefined;
    const flushed = tracker.acknowledged();
    const written = received > flushed ? received : flushed;
    stream?.send(encodeStatusUpdate({ written, flushed, nowMs: options.now(), replyRequested }));
    if (flushed > confirmed) options.onAcknowledged?.(flushed);
    confirmed = flushed;
  };
  const acknowledgeSoon = (): void => {
    if (tracker.acknowledged() <= confirmed) return;
    acknowledgeTimer ??= setTimeout(sendStatus, acknowledgeAfterMs, false);
  };

  const delivery = options.createDelivery(() => {
    if (stopped) return;
    // Silence counts from here: nothing could be heard while the socket was not read.
    heardAtMs = options.now();
    stream?.resume();
  });

  const deliver = (change: RowChange, bytes: number): void => {
    const inside = transaction;
    inside?.add();
    delivery.push(change, bytes, () => {
      inside?.delivered();
      acknowledgeSoon();
    });
  };
  const setAside = (problem: UndecodableMessage): void => {
    const inside = transaction;
    inside?.add();
    options.onUndecodable(problem).then(() => {
      inside?.delivered();
      acknowledgeSoon();
    }, failed.reject);
  };

  const onData = (frame: Buffer, start: number): void => {
    const position = reader.position();
    try {
      const result = reader.read(decodePgoutput(frame, start));
      if (result.kind === 'begun') transaction = tracker.begin();
      else if (result.kind === 'changed') {
        for (const change of result.changes) deliver(change, frame.length - start);
      } else if (result.kind === 'committed') {
        received = result.endLsn;
        transaction?.end(result.endLsn);
        transaction = undefined;
        acknowledgeSoon();
      }
    } catch (error) {
      // Begin and commit are not to be set aside: without them nothing after would be right.
      if (position === undefined || !(error instanceof RangeError || error instanceof SyntaxError))
        throw error;
      setAside({ bytes: Buffer.from(frame.subarray(start)), position, error });
    }
  };

  const onFrame = (buffer: Buffer): void => {
    if (stopped) return;
    heardAtMs = options.now();
    const frame = decodeReplicationFrame(buffer);
    if (frame.kind === 'data') onData(buffer, frame.start);
    else {
      if (frame.walEnd > received) received = frame.walEnd;
      // All that lies before is read, published or not: without this an idle table would keep the log for ever.
      tracker.passed(frame.walEnd);
      if (frame.replyRequested) sendStatus(false);
      else acknowledgeSoon();
    }
    if (delivery.isFull()) stream?.pause();
  };

  /** The server answers every status update that asks for it; silence means that the connection is dead. */
  const beat = (): void => {
    sendStatus(true);
    const silentMs = options.now() - heardAtMs;
    if (stream?.isPaused() === false && silentMs > 2 * options.readerTimeoutMs) {
      failed.reject(new Error(`Cannot read changes: nothing came for ${Math.round(silentMs / 1000)} s`));
    }
  };

  // Two status updates may be late before the server gives up on us.
  const beatTimer = setInterval(beat, options.readerTimeoutMs / 3);
  try {
    stream = options.connection.startStreaming({
      command: `START_REPLICATION SLOT ${quoteIdentifier(options.slot)} LOGICAL 0/0 (proto_version '1', publication_names ${quoteLiteral(quoteIdentifier(options.publication))})`,
      onFrame,
    });
    const broken = Promise.race([options.connection.broken, delivery.failed, failed.promise]);
    await Promise.race([broken, untilAborted(options.signal)]);
    stopped = true;
    stream.pause();
    await Promise.race([
      broken,
      delivery.drained(),
      delay(options.drainTimeoutMs, undefined, { ref: false }),
    ]);
    sendStatus(false);
    await stream.finish();
  } finally {
    stopped = true;
    clearInterval(beatTimer);
    clearTimeout(acknowledgeTimer);
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
