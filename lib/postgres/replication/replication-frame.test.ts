import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeReplicationFrame, encodeStatusUpdate } from './replication-frame.ts';

describe('decodeReplicationFrame()', () => {
  it('finds the data behind its header', () => {
    expect(decodeReplicationFrame(Buffer.concat([Buffer.from('w'), Buffer.alloc(25)]))).toEqual({
      kind: 'data',
      start: 25,
    });
  });

  it('reads a keep-alive', () => {
    const frame = Buffer.alloc(18);
    frame.write('k');
    frame.writeBigUInt64BE(0x1_0000_0002n, 1);
    frame[17] = 1;
    expect(decodeReplicationFrame(frame)).toEqual({
      kind: 'keep-alive',
      walEnd: 0x1_0000_0002n,
      replyRequested: true,
    });
  });

  it('refuses everything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        fc.pre(!(bytes[0] === 0x6b && bytes.length === 18));
        expect(() => decodeReplicationFrame(Buffer.from(bytes))).toThrow(RangeError);
      }),
    );
  });
});

describe('encodeStatusUpdate()', () => {
  it('puts the flushed position into both places that let the server forget', () => {
    const frame = encodeStatusUpdate({
      written: 9n,
      flushed: 7n,
      nowMs: 946_684_800_001,
      replyRequested: true,
    });
    expect(frame.length).toBe(34);
    expect(frame.toString('latin1', 0, 1)).toBe('r');
    expect([1, 9, 17].map((offset) => frame.readBigUInt64BE(offset))).toEqual([9n, 7n, 7n]);
    expect(frame.readBigInt64BE(25)).toBe(1000n);
    expect(frame[33]).toBe(1);
  });
});
