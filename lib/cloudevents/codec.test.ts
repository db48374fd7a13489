import { HTTP, CloudEvent as SdkEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../core/cloud-event.ts';
import { type DecodedEvents, decodeHttpEvents } from './decode-http-event.ts';
import { encodeHttpEvent, type HttpEvent } from './encode-http-event.ts';
import { encodeStructuredEvent } from './encode-structured-event.ts';

const text = (options: { unit: 'grapheme' | 'grapheme-ascii' }) =>
  fc.string({ minLength: 1, maxLength: 30, ...options }).filter((value) => !/\p{Cc}/u.test(value));

const plain = fc.stringMatching(/^[!#$&-~]{1,30}$/);
const uri = fc.stringMatching(/^\/[A-Za-z0-9._~/:-]{0,30}$/);
const name = fc
  .stringMatching(/^[a-z][a-z0-9]{0,19}$/)
  .filter(
    (candidate) =>
      !/^(?:specversion|id|source|type|subject|time|data|datacontenttype|dataschema)$/.test(candidate),
  );
const instant = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

function events(
  options: { attribute?: fc.Arbitrary<string>; data?: fc.Arbitrary<unknown> } = {},
): fc.Arbitrary<CloudEvent> {
  const attribute = options.attribute ?? text({ unit: 'grapheme' });
  return fc.record(
    {
      id: attribute,
      source: uri,
      type: attribute,
      subject: attribute,
      time: instant,
      datacontenttype: fc.constantFrom('application/json', 'application/json; charset=utf-8'),
      dataschema: fc.constant('https://example.com/schema.json'),
      extensions: fc.dictionary(name, attribute, { maxKeys: 4, noNullPrototype: true }),
      data: options.data ?? fc.jsonValue(),
    },
    { requiredKeys: ['id', 'source', 'type', 'extensions', 'data'] },
  ) as fc.Arbitrary<CloudEvent>;
}

const bytesOf = (message: HttpEvent) => Buffer.from(message.body as string);
const decode = (message: HttpEvent) => decodeHttpEvents(message.headers, bytesOf(message));

function single(decoded: DecodedEvents): CloudEvent {
  if (decoded.kind === 'invalid') throw new Error(decoded.reason);
  const [event] = decoded.events;
  if (event === undefined) throw new Error('no event');
  return event;
}

/** What JSON makes of a value: -0 becomes 0. */
const jsonOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('encodeHttpEvent and decodeHttpEvents', () => {
  it('give back any event in binary mode', () => {
    fc.assert(
      fc.property(events(), (event) => {
        expect(single(decode(encodeHttpEvent(event)))).toEqual({
          ...event,
          data: jsonOf(event.data),
          datacontenttype: event.datacontenttype ?? 'application/json',
        });
      }),
    );
  });

  it('give back any event in structured mode, alone and in a batch', () => {
    fc.assert(
      fc.property(events(), (event) => {
        const expected = { ...event, data: jsonOf(event.data) };
        const message = encodeStructuredEvent(event);
        expect(single(decode(message))).toEqual(expected);
        const batch = decodeHttpEvents(
          { 'content-type': 'application/cloudevents-batch+json' },
          Buffer.from(`[${message.body as string},${message.body as string}]`),
        );
        expect(batch).toEqual({ kind: 'events', mode: 'batched', events: [expected, expected] });
      }),
    );
  });

  it('give back bytes of any media type in both modes', () => {
    const bytes = fc.uint8Array({ minLength: 1 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(events({ data: bytes }), (event) => {
        const binary = { ...event, datacontenttype: 'application/octet-stream' };
        expect(single(decode(encodeHttpEvent(binary)))).toEqual(binary);
        expect(single(decode(encodeStructuredEvent(binary)))).toEqual(binary);
      }),
    );
  });

  it('only put printable ASCII into headers', () => {
    fc.assert(
      fc.property(events(), (event) => {
        for (const value of Object.values(encodeHttpEvent(event).headers)) {
          expect(value).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
    );
  });
});

describe('the cloudevents SDK', () => {
  // The SDK neither escapes attributes, nor keeps scalars in binary mode, nor nanoseconds: see the Knative notes.
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), {
    noNullPrototype: true,
  });
  // It fills in the present for a missing time.
  const safe = events({ attribute: plain, data: object }).map((event) => ({
    ...event,
    time: event.time ?? '2026-02-03T04:05:06.007Z',
  }));

  it('reads what we write in both modes', () => {
    fc.assert(
      fc.property(safe, (event) => {
        const structured = encodeStructuredEvent(event);
        const messages = [
          encodeHttpEvent(event),
          // It refuses a charset parameter, which the specification allows.
          { ...structured, headers: { 'content-type': 'application/cloudevents+json' } },
        ];
        for (const message of messages) {
          const read = HTTP.toEvent({ headers: { ...message.headers }, body: message.body as string });
          const sdk = (Array.isArray(read) ? read[0] : read) as SdkEvent<unknown>;
          expect(sdk).toMatchObject({ id: event.id, source: event.source, type: event.type });
          expect(sdk.subject).toBe(event.subject);
          expect(sdk.dataschema).toBe(event.dataschema);
          expect(sdk.time).toBe(event.time);
          for (const [key, value] of Object.entries(event.extensions)) expect(sdk[key]).toBe(value);
          expect(sdk.data).toEqual(jsonOf(event.data));
        }
      }),
    );
  });

  it('writes what we read in both modes', () => {
    fc.assert(
      fc.property(safe, (event) => {
        const { extensions, ...attributes } = event;
        const sdk = new SdkEvent({ ...attributes, ...extensions }, false);
        for (const message of [HTTP.binary(sdk), HTTP.structured(sdk)]) {
          const headers = Object.fromEntries(
            Object.entries(message.headers).map(([key, value]) => [key.toLowerCase(), String(value)]),
          );
          const read = single(decodeHttpEvents(headers, Buffer.from(message.body as string)));
          expect(read).toMatchObject({ ...event, data: jsonOf(event.data) });
        }
      }),
    );
  });
});
