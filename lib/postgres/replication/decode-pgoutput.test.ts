import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePgoutput } from './decode-pgoutput.ts';
import type { PgoutputMessage, Tuple } from './pgoutput-message.ts';

/** The server's side of the protocol, for the tests only. */
function encode(message: PgoutputMessage): Buffer {
  switch (message.kind) {
    case 'begin':
      return Buffer.concat([
        tag('B'),
        uint64(message.commitLsn),
        uint64(BigInt.asUintN(64, BigInt(message.committedAtMs - 946_684_800_000) * 1000n)),
        uint32(message.transactionId),
      ]);
    case 'commit':
      return Buffer.concat([
        tag('C'),
        Buffer.from([0]),
        uint64(message.commitLsn),
        uint64(message.endLsn),
        uint64(0n),
      ]);
    case 'relation':
      return Buffer.concat([
        tag('R'),
        uint32(message.relationId),
        text(message.schema),
        text(message.name),
        tag(message.replicaIdentity),
        int16(message.columns.length),
        ...message.columns.map((column) =>
          Buffer.concat([Buffer.from([1]), text(column.name), uint32(column.typeOid), uint32(0)]),
        ),
      ]);
    case 'insert':
      return Buffer.concat([tag('I'), uint32(message.relationId), tag('N'), tuple(message.row)]);
    case 'update':
      return Buffer.concat([
        tag('U'),
        uint32(message.relationId),
        ...(message.previous === undefined ? [] : [tag('O'), tuple(message.previous)]),
        tag('N'),
        tuple(message.row),
      ]);
    case 'delete':
      return Buffer.concat([tag('D'), uint32(message.relationId), tag('O'), tuple(message.previous)]);
    case 'truncate':
      return Buffer.concat([
        tag('T'),
        uint32(message.relationIds.length),
        Buffer.from([0]),
        ...message.relationIds.map(uint32),
      ]);
    case 'other':
      return tag(message.tag);
  }
}

const tag = (letter: string) => Buffer.from(letter, 'latin1');
const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.from([0])]);
const int16 = (value: number) => {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
};
const uint32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const uint64 = (value: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
};
const tuple = (values: Tuple) =>
  Buffer.concat([
    int16(values.length),
    ...values.map((value) => {
      if (value === null) return tag('n');
      if (value === undefined) return tag('u');
      const bytes = Buffer.from(value);
      return Buffer.concat([tag('t'), uint32(bytes.length), bytes]);
    }),
  ]);

function outcomeOf(bytes: Buffer): string {
  try {
    decodePgoutput(bytes);
    return 'decoded';
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  }
}

const name = fc.stringMatching(/^[a-zäß_][a-z0-9_]{0,20}$/);
const lsn = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const oid = fc.nat({ max: 2 ** 32 - 1 });
const values: fc.Arbitrary<Tuple> = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme' }).map((value) => value.toWellFormed()),
    fc.constant(null),
    fc.constant(undefined),
  ),
  { maxLength: 12 },
);
const message: fc.Arbitrary<PgoutputMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('begin' as const),
    commitLsn: lsn,
    committedAtMs: fc.integer({ min: 0, max: 4e12 }),
    transactionId: oid,
  }),
  fc.record({ kind: fc.constant('commit' as const), commitLsn: lsn, endLsn: lsn }),
  fc.record({
    kind: fc.constant('relation' as const),
    relationId: oid,
    schema: name,
    name,
    replicaIdentity: fc.constantFrom('d', 'n', 'f', 'i'),
    columns: fc.array(fc.record({ name, typeOid: oid }), { maxLength: 10 }),
  }),
  fc.record({ kind: fc.constant('insert' as const), relationId: oid, row: values }),
  fc.record(
    { kind: fc.constant('update' as const), relationId: oid, previous: values, row: values },
    { requiredKeys: ['kind', 'relationId', 'row'] },
  ),
  fc.record({ kind: fc.constant('delete' as const), relationId: oid, previous: values }),
  fc.record({ kind: fc.constant('truncate' as const), relationIds: fc.array(oid, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('other' as const), tag: fc.constantFrom('O', 'Y', 'M') }),
);

describe('decodePgoutput()', () => {
  it('reads back every message, also from the middle of a buffer', () => {
    fc.assert(
      fc.property(message, fc.nat({ max: 40 }), (sent, offset) => {
        const buffer = Buffer.concat([Buffer.alloc(offset, 0xff), encode(sent)]);
        expect(decodePgoutput(buffer, offset)).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a message that is cut short, instead of reading its neighbour', () => {
    fc.assert(
      fc.property(message, fc.double({ min: 0, max: 0.999, noNaN: true }), (sent, share) => {
        const whole = encode(sent);
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        // Only messages that are skipped unread may be shorter than the server sends them.
        if (sent.kind === 'other' && cut.length > 0) return;
        // A commit's own time at its end is not read.
        if (sent.kind === 'commit' && cut.length >= 18) return;
        expect(() => decodePgoutput(cut)).toThrow(RangeError);
      }),
      { numRuns: 500 },
    );
  });

  it('ends with a message or a RangeError whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('B', 'C', 'R', 'I', 'U', 'D', 'T', 'O', 'Y', 'M', '?'),
        fc.uint8Array({ maxLength: 200 }),
        (letter, bytes) => {
          expect(outcomeOf(Buffer.concat([tag(letter), bytes]))).toMatch(/^(?:decoded|RangeError)$/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
