import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyExactJson } from '../core/exact-json.ts';
import { decodeHttpEvents } from './decode-http-event.ts';

const required = { 'ce-specversion': '1.0', 'ce-id': 'i', 'ce-source': '/s', 'ce-type': 't' };
const members = { specversion: '1.0', id: 'i', source: '/s', type: 't' };

function binary(headers: Record<string, string | undefined>, body = '') {
  const decoded = decodeHttpEvents({ ...required, ...headers }, Buffer.from(body));
  return decoded.kind === 'events' ? decoded.events[0] : decoded.reason;
}

function structured(extra: object, contentType = 'application/cloudevents+json') {
  const decoded = decodeHttpEvents(
    { 'content-type': contentType },
    Buffer.from(JSON.stringify({ ...members, ...extra })),
  );
  return decoded.kind === 'events' ? decoded.events[0] : decoded.reason;
}

describe('decodeHttpEvents in binary mode', () => {
  it.each([
    ['ce-specversion', undefined, 'not a CloudEvent: header ce-specversion is missing'],
    ['ce-specversion', '0.3', 'attribute specversion: expected 1.0'],
    ['ce-id', undefined, 'attribute id is missing'],
    ['ce-id', '', 'attribute id: expected a non-empty string'],
    ['ce-source', undefined, 'attribute source is missing'],
    ['ce-source', 'a b', 'attribute source: expected a non-empty URI reference'],
    ['ce-source', '/a%zz', 'attribute source: expected a non-empty URI reference'],
    ['ce-type', undefined, 'attribute type is missing'],
    ['ce-type', ' ', 'attribute type: expected a non-empty string'],
    ['ce-subject', '', 'attribute subject: expected a non-empty string'],
    ['ce-subject', 'a%0Ab', 'attribute subject holds control characters'],
    ['ce-time', 'yesterday', 'attribute time: expected a timestamp as in RFC 3339'],
    ['ce-time', '2026-13-01T00:00:00Z', 'attribute time: expected a timestamp as in RFC 3339'],
    ['ce-time', '2026-01-01 00:00:00Z', 'attribute time: expected a timestamp as in RFC 3339'],
    ['ce-dataschema', 'relative', 'attribute dataschema: expected an absolute URI'],
    ['content-type', 'json', 'attribute datacontenttype: expected a media type'],
    ['ce-my-name', 'x', 'extension "my-name" has a bad name, expected lower-case letters and digits'],
    ['ce-data', 'x', 'extension "data" has a bad name, expected lower-case letters and digits'],
  ])('refuses %s: %s', (header, value, reason) => {
    expect(binary({ [header]: value })).toBe(reason);
  });

  it.each([
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.123456789Z',
    '2016-12-31T23:59:60Z',
    '2026-01-01t00:00:00z',
    '2026-01-01T00:00:00.1-08:00',
  ])('keeps the time %s as it was sent', (time) => {
    expect(binary({ 'ce-time': time })).toMatchObject({ time });
  });

  it.each([
    ['Euro%20%E2%82%AC', 'Euro €'],
    ['100%', '100%'],
    ['%zz', '%zz'],
    ['%ff%fe', '%ff%fe'],
    ['%25', '%'],
    ['%2525', '%25'],
    ['"a \\"b\\""', 'a "b"'],
    [Buffer.from('Grüße', 'utf8').toString('latin1'), 'Grüße'],
    [Buffer.from('Grüße', 'latin1').toString('latin1'), 'Grüße'],
  ])('reads the header value %s as %s', (header, value) => {
    expect(binary({ 'ce-subject': header })).toMatchObject({ subject: value });
  });

  it.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/json', ' 5', 5],
    ['application/json', 'true', true],
    ['application/json', 'null', null],
    ['application/json', '\ufeff{}', {}],
    ['Application/JSON; Charset="UTF-8"', '[]', []],
    ['text/json', '"x"', 'x'],
    ['application/merge-patch+json', '{}', {}],
    [undefined, '{"a":1}', { a: 1 }],
    ['application/json', '', undefined],
    ['application/json', '{"a":', Buffer.from('{"a":')],
    ['application/json; charset=iso-8859-1', '{}', Buffer.from('{}')],
    [undefined, 'hello', Buffer.from('hello')],
    ['text/plain', '{}', Buffer.from('{}')],
  ])('reads data of %s: %s', (contentType, body, data) => {
    expect(binary({ 'content-type': contentType }, body)).toMatchObject({ id: 'i' });
    expect((binary({ 'content-type': contentType }, body) as { data: unknown }).data).toEqual(data);
  });

  it('keeps bytes that are no UTF-8 as they are', () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    const decoded = decodeHttpEvents({ ...required, 'content-type': 'application/json' }, bytes);
    expect(decoded).toMatchObject({ events: [{ data: bytes }] });
  });

  it('keeps integers that no double holds', () => {
    const body = '{"metadata":{"generation":9223372036854775807}}';
    const event = binary({ 'content-type': 'application/json' }, body);
    expect(stringifyExactJson((event as { data: unknown }).data)).toBe(body);
  });

  it('leaves data as bytes for those who only pass it on', () => {
    const headers = { ...required, 'content-type': 'application/json' };
    expect(decodeHttpEvents(headers, Buffer.from('{ "a": 1 }'), { data: 'raw' })).toMatchObject({
      events: [{ data: Buffer.from('{ "a": 1 }') }],
    });
  });
});

describe('decodeHttpEvents in structured mode', () => {
  it.each([
    'application/cloudevents+json',
    'application/cloudevents+json;charset=utf-8',
    'application/cloudevents+json; charset=UTF-8',
    'Application/CloudEvents+JSON; Charset="Utf-8"',
  ])('takes the content type %s', (contentType) => {
    expect(structured({ data: { a: 1 } }, contentType)).toMatchObject({ id: 'i', data: { a: 1 } });
  });

  it.each([
    ['application/cloudevents+xml', 'unknown event format, expected application/cloudevents+json'],
    ['application/cloudevents+json; charset=utf-16', 'the body is not JSON in UTF-8'],
  ])('refuses the content type %s', (contentType, reason) => {
    expect(structured({}, contentType)).toBe(reason);
  });

  it.each([
    [{ id: '' }, 'attribute id: expected a non-empty string'],
    [{ id: null }, 'attribute id is missing'],
    [{ specversion: '1' }, 'attribute specversion: expected 1.0'],
    [{ ext: {} }, 'attribute "ext": expected a string, boolean or integer'],
    [{ ext: 1.5 }, 'attribute "ext": expected a string, boolean or integer'],
    [{ ext: 2 ** 31 }, 'attribute "ext": expected a string, boolean or integer'],
    [{ Ext: 'x' }, 'extension "Ext" has a bad name, expected lower-case letters and digits'],
    [{ data: 1, data_base64: 'aaaa' }, 'both data and data_base64 are present'],
    [{ data_base64: 'a' }, 'data_base64: expected base64 text'],
    [{ data_base64: 5 }, 'data_base64: expected base64 text'],
  ])('refuses %j', (extra, reason) => {
    expect(structured(extra)).toBe(reason);
  });

  it.each([
    [{ ext: true, count: -5, none: null }, { extensions: { ext: 'true', count: '-5' } }],
    [{ data: null }, { data: null }],
    [{ data_base64: 'aGk=' }, { data: Buffer.from('hi') }],
    [{ data_base64: 'WzFd', datacontenttype: 'application/json' }, { data: [1] }],
    [{ data: 'hi', datacontenttype: 'text/plain' }, { data: Buffer.from('hi') }],
    [{ data: 'hi', datacontenttype: 'application/json' }, { data: 'hi' }],
  ])('reads %j', (extra, expected) => {
    expect(structured(extra)).toMatchObject(expected);
  });
});

describe('decodeHttpEvents with a batch', () => {
  const batch = (body: string) =>
    decodeHttpEvents({ 'content-type': 'application/cloudevents-batch+json' }, Buffer.from(body));

  it('takes an empty batch', () => {
    expect(batch('[]')).toEqual({ kind: 'events', mode: 'batched', events: [] });
  });

  it.each([
    [JSON.stringify([members, { ...members, id: '' }]), 'event 1: attribute id: expected a non-empty string'],
    ['[5]', 'event 0: an event in JSON format is an object'],
    ['{}', 'a batch is a JSON array'],
    ['[', 'the body is not JSON in UTF-8'],
  ])('refuses %s', (body, reason) => {
    expect(batch(body)).toEqual({ kind: 'invalid', reason });
  });
});

it('decodeHttpEvents answers any headers and bytes without throwing', () => {
  const value = fc.string({ unit: 'binary', maxLength: 40 });
  const headers = fc.dictionary(
    fc.constantFrom(...Object.keys(required), 'ce-x', 'ce-time', 'content-type'),
    value,
  );
  const contentType = fc.constantFrom(
    undefined,
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
  );
  fc.assert(
    fc.property(headers, contentType, fc.uint8Array(), (some, type, bytes) => {
      const all = { ...some, ...(type === undefined ? {} : { 'content-type': type }) };
      expect(decodeHttpEvents(all, Buffer.from(bytes)).kind).toMatch(/^(?:events|invalid)$/);
    }),
  );
});
