import fc from 'fast-check';
import { expect, test } from 'vitest';

import { encodeProtobuf } from '../../../../test/support/encode-protobuf.ts';
import { readFields, readPacked, WireError } from './wire-reader.ts';

const number = fc.integer({ min: 1, max: 10_000 });
const field = fc.oneof(
  fc.record({
    number,
    kind: fc.constant('varint' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({
    number,
    kind: fc.constant('bytes' as const),
    value: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
);

test('whatever fields are written are read again, in their order', () => {
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const bytes = encodeProtobuf(...fields.map((one) => [one.number, one.value] as const));
      expect([...readFields(bytes)]).toEqual(fields);
    }),
  );
});

function outcomeOf(read: () => unknown): 'read' | 'refused' {
  try {
    read();
    return 'read';
  } catch (error) {
    if (error instanceof WireError) return 'refused';
    throw error;
  }
}

test('any bytes are either fields or refused with a WireError', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      seen.add(outcomeOf(() => [...readFields(Buffer.from(bytes))]));
    }),
    { numRuns: 1_000 },
  );
  expect([...seen].sort()).toEqual(['read', 'refused']);
});

test('a message that ends inside a field is refused', () => {
  const message = encodeProtobuf([1, 'some text'], [300, 70_000]);
  const endOfFirst = encodeProtobuf([1, 'some text']).length;
  const lengths = Array.from({ length: message.length + 1 }, (_, length) => length);
  const readable = lengths.filter(
    (length) => outcomeOf(() => [...readFields(message.subarray(0, length))]) === 'read',
  );
  expect(readable).toEqual([0, endOfFirst, message.length]);
});

test('numbers of fixed length are read as what they are most often', () => {
  const bytes = Buffer.alloc(14);
  bytes[0] = (1 << 3) | 1;
  bytes.writeDoubleLE(0.25, 1);
  bytes[9] = (2 << 3) | 5;
  bytes.writeFloatLE(-1.5, 10);
  expect([...readFields(bytes)]).toEqual([
    { number: 1, kind: 'fixed', value: 0.25 },
    { number: 2, kind: 'fixed', value: -1.5 },
  ]);
});

test('a group is skipped with the groups inside it', () => {
  const inner = encodeProtobuf([9, 'nine'], [8, 8n]);
  const group = Buffer.concat([
    Buffer.from([(4 << 3) | 3, (5 << 3) | 3]),
    inner,
    Buffer.from([(5 << 3) | 4, (4 << 3) | 4]),
  ]);
  const message = Buffer.concat([encodeProtobuf([1, 1]), group, encodeProtobuf([2, 2])]);
  expect([...readFields(message)].map((one) => one.number)).toEqual([1, 2]);
});

test.each([
  ['an end of a group that has no beginning', [(1 << 3) | 4], /illegal wireType 4/],
  ['a group without an end', [(1 << 3) | 3, (2 << 3) | 0, 1], /unexpected EOF/],
  ['a wire type that does not exist', [(1 << 3) | 7], /illegal wireType 7/],
  ['field number 0', [0, 0], /illegal tag 0/],
  ['an integer of eleven bytes', [(1 << 3) | 0, ...Array<number>(10).fill(0xff), 1], /integer overflow/],
  ['a length beyond all memory', [(1 << 3) | 2, ...Array<number>(9).fill(0xff), 1], /unexpected EOF/],
])('%s is refused', (_, bytes, message) => {
  expect(() => [...readFields(Buffer.from(bytes))]).toThrow(message);
  expect(() => [...readFields(Buffer.from(bytes))]).toThrow(WireError);
});

test('integers of a packed list are read with their signs', () => {
  expect([...readPacked(Buffer.from([1, 0x80, 1, ...Array<number>(9).fill(0xff), 1]))]).toEqual([
    1n,
    128n,
    -1n,
  ]);
});
