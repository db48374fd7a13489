import fc from 'fast-check';
import { expect, test } from 'vitest';

import { encodeProtobuf, type ProtobufField } from '../../../../test/support/encode-protobuf.ts';
import type { ScalarType } from '../schemas/schema-node.ts';
import { decodeEmbeddedJson, decodeWireScalar } from './decode-wire-scalar.ts';
import { readFields, WireError, type WireValue } from './wire-reader.ts';

/** The field as the reader gives it. */
function onWire(value: ProtobufField[1]): WireValue {
  const [field] = [...readFields(encodeProtobuf([1, value]))];
  if (field === undefined) throw new Error('Cannot read the field that was just written');
  return field;
}

const newYear = 1_767_225_600;

test.each<[ScalarType, ProtobufField[1], unknown]>([
  ['string', 'grüß', 'grüß'],
  ['boolean', true, true],
  ['boolean', false, false],
  ['int32', -7, -7],
  ['int32', 2n ** 32n + 5n, 5],
  ['int64', -(2n ** 40n), -(2 ** 40)],
  ['number', { double: 0.1 }, 0.1],
  ['bytes', Buffer.from([0, 255, 16]), 'AP8Q'],
  ['bytes', Buffer.alloc(0), ''],
  ['quantity', encodeProtobuf([1, '250m']), '250m'],
  ['intOrString', encodeProtobuf([1, 0], [2, 8_080], [3, '']), 8_080],
  ['intOrString', encodeProtobuf([1, 0], [2, -1], [3, '']), -1],
  ['intOrString', encodeProtobuf([1, 1], [2, 0], [3, '25%']), '25%'],
  ['time', Buffer.alloc(0), null],
  ['time', encodeProtobuf([1, -62_135_596_800], [2, 0]), null],
  ['time', encodeProtobuf([1, newYear], [2, 999_999_999]), '2026-01-01T00:00:00Z'],
  ['time', encodeProtobuf([1, 0], [2, 0]), '1970-01-01T00:00:00Z'],
  ['time', encodeProtobuf([1, -62_135_596_799]), '0001-01-01T00:00:01Z'],
  ['time', encodeProtobuf([1, 253_402_300_799]), '9999-12-31T23:59:59Z'],
  ['microTime', encodeProtobuf([1, newYear], [2, 1_234_567]), '2026-01-01T00:00:00.001234Z'],
  ['microTime', encodeProtobuf([1, newYear]), '2026-01-01T00:00:00.000000Z'],
])('a %s is shown as JSON shows it', (scalar, value, json) => {
  expect(decodeWireScalar(onWire(value), scalar)).toBe(json);
});

test.each<[string, ScalarType, ProtobufField[1]]>([
  ['text for an integer', 'int32', 'five'],
  ['an integer for a fraction', 'number', 5],
  ['an integer for text', 'string', 5],
  ['an integer for a time', 'time', newYear],
  ['a time after year 9999', 'time', encodeProtobuf([1, 253_402_300_800])],
  ['a time before year 1', 'microTime', encodeProtobuf([1, -(2n ** 62n)])],
  ['more nanoseconds than a second has', 'microTime', encodeProtobuf([1, newYear], [2, 1_000_000_000])],
])('%s is refused', (_, scalar, value) => {
  expect(() => decodeWireScalar(onWire(value), scalar)).toThrow(WireError);
});

test('every time that RFC 3339 knows is written to its second', () => {
  const seconds = fc.integer({ min: -62_135_596_799, max: 253_402_300_799 });
  fc.assert(
    fc.property(seconds, (one) => {
      const text = decodeWireScalar(onWire(encodeProtobuf([1, one])), 'time');
      expect(Date.parse(String(text))).toBe(one * 1_000);
    }),
  );
});

test('JSON inside a message is read, nothing is nothing, other text is refused', () => {
  expect(decodeEmbeddedJson(onWire(encodeProtobuf([1, '{"f:spec":{}}'])))).toEqual({ 'f:spec': {} });
  expect(decodeEmbeddedJson(onWire(Buffer.alloc(0)))).toBeUndefined();
  expect(() => decodeEmbeddedJson(onWire(encodeProtobuf([1, '{"f:spec":'])))).toThrow(WireError);
});
