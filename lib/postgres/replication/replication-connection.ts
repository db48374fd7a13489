import type { Duplex } from 'node:stream';
import pg from 'pg';
import { sessionSettings } from './session-settings.ts';

/**
 * A connection to the server's log sender. Between commands it takes plain SQL too, in the simple protocol, so
 * without parameters.
 */
export type ReplicationConnection = {
  readonly query: <Row extends pg.QueryResultRow>(text: string) => Promise<Row[]>;
  /** After this the connection serves nothing else. */
  readonly startStreaming: (options: {
    readonly command: string;
    /** Called for every CopyData frame; the buffer is overwritten afterwards. */
    readonly onFrame: (frame: Buffer) => void;
  }) => ReplicationStream;
  /** Rejects when the connection breaks; never resolves. */
  readonly broken: Promise<never>;
  /** Says goodbye, or cuts the connection when the server does not answer. */
  readonly close: () => Promise<void>;
  /** Cuts the connection; `broken` rejects with the error. */
  readonly destroy: (error: Error) => void;
};

export type ReplicationStream = {
  /** Stops reading from the socket; frames that were read with the last chunk still come. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly isPaused: () => boolean;
  readonly send: (frame: Buffer) => void;
  /** Ends the stream from our side and waits for the server's part; the connection can be closed then. */
  readonly finish: () => Promise<void>;
};

/** A server that cannot be reached in this time is tried again later. */
const connectTimeoutMs = 10_000;
const goodbyeTimeoutMs = 2_000;

/** The part of pg's connection that carries replication: stable since pg 7, but not in its declarations. */
type WireConnection = {
  readonly stream: Duplex;
  readonly query: (text: string) => void;
  readonly sendCopyFromChunk: (chunk: Buffer) => void;
  readonly endCopyFrom: () => void;
};

/**
 * @param readerTimeoutMs `wal_sender_timeout` of this session: the server drops a reader that has gone silently,
 *   and with it the slot's lock, after this time
 * @throws when the server does not answer within 10 s or refuses the credentials
 */
export async function connectReplication(
  config: pg.ClientConfig,
  readerTimeoutMs: number,
): Promise<ReplicationConnection> {
  const client = new pg.Client({
    connectionTimeoutMillis: connectTimeoutMs,
    ...config,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...{ replication: 'database' },
  });
  const broken = Promise.withResolvers<never>();
  // Whoever cares awaits it; a break that nobody waits for must not end the process.
  broken.promise.catch(() => {});
  client.on('error', broken.reject);
  client.on('end', () => {
    broken.reject(new Error('Cannot read changes: the connection has ended'));
  });
  await client.connect();
  const wire = (client as unknown as { readonly connection: WireConnection }).connection;
  for (const statement of sessionSettings) await client.query(statement);
  await client.query(`set wal_sender_timeout = ${Math.round(readerTimeoutMs)}`);

  return {
    query: async <Row extends pg.QueryResultRow>(text: string) => (await client.query<Row>(text)).rows,
    startStreaming: (options) => startStreaming(client, wire, { ...options, onError: broken.reject }),
    broken: broken.promise,
    close: async () => {
      const timer = setTimeout(() => wire.stream.destroy(), goodbyeTimeoutMs);
      try {
        await client.end();
      } finally {
        clearTimeout(timer);
      }
    },
    destroy: (error) => {
      broken.reject(error);
      wire.stream.destroy();
    },
  };
}

function startStreaming(
  client: pg.Client,
  wire: WireConnection,
  options: {
    readonly command: string;
    readonly onFrame: (frame: Buffer) => void;
    readonly onError: (error: unknown) => void;
  },
): ReplicationStream {
  const finished = Promise.withResolvers<void>();
  const guarded = (frame: Buffer) => {
    try {
      options.onFrame(frame);
    } catch (error) {
      // Thrown into pg's parser it would end the process.
      options.onError(error);
      wire.stream.destroy();
    }
  };
  // pg hands over messages of a running query to whatever object was submitted; names are pg's.
  client.query({
    submit: () => {
      wire.query(options.command);
    },
    handleCopyData: (message: { readonly chunk: Buffer }) => {
      guarded(message.chunk);
    },
    handleError: (error: Error) => {
      options.onError(error);
      finished.resolve();
    },
    handleCommandComplete: () => {},
    handleRowDescription: () => {},
    handleDataRow: () => {},
    handleReadyForQuery: () => {
      finished.resolve();
    },
  } as pg.Submittable);

  // From version 18 on the server only warns when the publication is gone, and leaves its changes out.
  client.on('notice', (notice) => {
    if (notice.code === '55000')
      options.onError(Object.assign(new Error(notice.message), { code: notice.code }));
  });

  return {
    pause: () => {
      wire.stream.pause();
    },
    resume: () => {
      wire.stream.resume();
    },
    isPaused: () => wire.stream.isPaused(),
    send: (frame) => {
      wire.sendCopyFromChunk(frame);
    },
    finish: async () => {
      wire.stream.resume();
      wire.endCopyFrom();
      const timer = setTimeout(finished.resolve, goodbyeTimeoutMs);
      await finished.promise;
      clearTimeout(timer);
    },
  };
}
