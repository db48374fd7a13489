import { expect, test } from 'vitest';

import { encodeProtobuf } from '../../../../test/support/encode-protobuf.ts';
import { openProtobuf } from './open-protobuf.ts';
import { WireError } from './wire-reader.ts';

const magic = Buffer.from('k8s\0');
const message = encodeProtobuf([1, 'anything']);

test('an envelope says what its message is', () => {
  const type = encodeProtobuf([1, 'apps/v1'], [2, 'Deployment']);
  const body = Buffer.concat([magic, encodeProtobuf([1, type], [2, message], [3, ''], [4, ''])]);
  expect(openProtobuf(body)).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', message });
});

test('an envelope without a type leaves it empty', () => {
  const body = Buffer.concat([magic, encodeProtobuf([2, message])]);
  expect(openProtobuf(body)).toEqual({ apiVersion: '', kind: '', message });
});

test.each([
  ['no bytes at all', Buffer.alloc(0), 'empty data'],
  ['nothing behind the prefix', magic, 'empty body'],
  [
    'JSON',
    Buffer.from('{"kind":"Pod"}'),
    'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  ],
  [
    'an envelope that is cut off',
    Buffer.concat([magic, encodeProtobuf([2, message]).subarray(0, 3)]),
    'unexpected EOF',
  ],
  [
    'a number for a message',
    Buffer.concat([magic, encodeProtobuf([2, 5])]),
    'proto: field 2 is a number, expected bytes',
  ],
])('%s is refused', (_, body, reason) => {
  expect(() => openProtobuf(body)).toThrow(new WireError(reason));
});
