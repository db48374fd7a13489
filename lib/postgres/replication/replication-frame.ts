import type { Lsn } from './lsn.ts';

/** What a CopyData frame of a replication connection holds (PostgreSQL documentation, "Streaming Replication Protocol"). */
export type ReplicationFrame =
  /** Data of the output plugin, from this offset of the frame on. */
  | { readonly kind: 'data'; readonly start: number }
  | {
      readonly kind: 'keep-alive';
      /** All that the server has decoded so far lies before this. */
      readonly walEnd: Lsn;
      readonly replyRequested: boolean;
    };

/** Tag, start of the data, end of the log, and the server's clock. */
const dataHeaderBytes = 25;
const keepAliveBytes = 18;

/** @throws RangeError for a frame of another form */
export function decodeReplicationFrame(frame: Buffer): ReplicationFrame {
  const tag = frame[0];
  if (tag === 0x77 && frame.length > dataHeaderBytes) return { kind: 'data', start: dataHeaderBytes };
  if (tag === 0x6b && frame.length === keepAliveBytes) {
    return { kind: 'keep-alive', walEnd: frame.readBigUInt64BE(1), replyRequested: frame[17] === 1 };
  }
  throw new RangeError(
    `Cannot decode replication frame: tag ${tag} with ${frame.length} bytes, expected "w" or "k"`,
  );
}

/**
 * Standby status update. `flushed` is what the server may forget; 0 leaves its position as it is, and so is the
 * neutral answer of a reader that has nothing to confirm yet.
 */
export function encodeStatusUpdate(status: {
  readonly written: Lsn;
  readonly flushed: Lsn;
  readonly nowMs: number;
  /** Asks the server to answer at once, which shows that the connection lives. */
  readonly replyRequested: boolean;
}): Buffer {
  const frame = Buffer.allocUnsafe(34);
  frame[0] = 0x72;
  frame.writeBigUInt64BE(status.written, 1);
  frame.writeBigUInt64BE(status.flushed, 9);
  frame.writeBigUInt64BE(status.flushed, 17);
  const microseconds = BigInt(Math.round(status.nowMs - 946_684_800_000)) * 1000n;
  frame.writeBigInt64BE(microseconds, 25);
  frame[33] = status.replyRequested ? 1 : 0;
  return frame;
}
