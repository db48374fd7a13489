import type { CloudEvent } from '../core/cloud-event.ts';
import { stringifyExactJson } from '../core/exact-json.ts';
import { encodeAttribute } from './attribute-text.ts';
import { checkEvent } from './check-event.ts';
import { isJsonMediaType, parseMediaType } from './media-type.ts';

/** An HTTP message that carries one event; header names are lower-case. */
export type HttpEvent = {
  readonly headers: Readonly<Record<string, string>>;
  /** `''` where the event has no data. */
  readonly body: string | Buffer;
};

/**
 * An event in binary mode (CloudEvents HTTP binding 1.0, 3.1), the mode for brokers.
 * Bytes go as they are; anything else goes as JSON, with `application/json` unless the event says otherwise.
 * @throws TypeError where the event breaks CloudEvents 1.0: our own bug, never the peer's
 */
export function encodeHttpEvent(event: CloudEvent): HttpEvent {
  checkEvent(event);
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': encodeAttribute(event.id),
    'ce-source': encodeAttribute(event.source),
    'ce-type': encodeAttribute(event.type),
  };
  if (event.subject !== undefined) headers['ce-subject'] = encodeAttribute(event.subject);
  if (event.time !== undefined) headers['ce-time'] = encodeAttribute(event.time);
  if (event.dataschema !== undefined) headers['ce-dataschema'] = encodeAttribute(event.dataschema);
  for (const name in event.extensions) {
    headers[`ce-${name}`] = encodeAttribute(event.extensions[name] ?? '');
  }
  const contentType = contentTypeOf(event);
  if (contentType !== undefined) headers['content-type'] = contentType;
  return { headers, body: bodyOf(event.data, contentType) };
}

function contentTypeOf(event: CloudEvent): string | undefined {
  const { datacontenttype, data } = event;
  if (datacontenttype === undefined) {
    return data === undefined || Buffer.isBuffer(data) ? undefined : 'application/json';
  }
  if (!/^[\t\x20-\x7e]+$/.test(datacontenttype)) {
    throw new TypeError('Cannot encode datacontenttype: not printable ASCII, expected a media type');
  }
  return datacontenttype;
}

function bodyOf(data: unknown, contentType: string | undefined): string | Buffer {
  if (data === undefined) return '';
  if (Buffer.isBuffer(data)) return data;
  if (isJsonMediaType(parseMediaType(contentType).name)) return stringifyExactJson(data) ?? '';
  if (typeof data === 'string') return data;
  throw new TypeError(`Cannot encode data as "${contentType}": ${typeof data}, expected bytes or text`);
}
