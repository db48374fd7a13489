import type { CloudEvent } from '../core/cloud-event.ts';
import { decodeAttribute } from './attribute-text.ts';
import { buildEvent } from './build-event.ts';
import { decodeStructuredEvent } from './decode-structured-event.ts';
import { isUtf8MediaType, type MediaType, parseMediaType } from './media-type.ts';
import { type DataForm, parseJsonBytes, readData } from './read-data.ts';

/** Header values by lower-case name, as `node:http` gives them. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type DecodedEvents =
  | {
      readonly kind: 'events';
      readonly mode: 'binary' | 'structured' | 'batched';
      readonly events: readonly CloudEvent[];
    }
  /** `reason` is fit for the sender: it quotes no values. */
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * The CloudEvents of one HTTP message in any of the three content modes (CloudEvents HTTP binding 1.0).
 *
 * Data: JSON is parsed exactly (see `parseExactJson`); an empty body is `undefined`; other media types, and
 * bytes that claim to be JSON but do not parse in binary mode, stay a Buffer. Such an event is a valid
 * CloudEvent with bad data, which belongs into quarantine rather than back to the sender. Where no content
 * type is given, JSON is tried.
 * @param options.data default `parsed`
 */
export function decodeHttpEvents(
  headers: HttpHeaders,
  body: Buffer,
  options: { readonly data?: DataForm } = {},
): DecodedEvents {
  const form = options.data ?? 'parsed';
  const contentType = headerText(headers['content-type']);
  const mediaType = parseMediaType(contentType);
  return mediaType.name.startsWith('application/cloudevents')
    ? decodeFormat(mediaType, body, form)
    : decodeBinary(headers, body, form);
}

function decodeBinary(headers: HttpHeaders, body: Buffer, form: DataForm): DecodedEvents {
  if (headers['ce-specversion'] === undefined) {
    return { kind: 'invalid', reason: 'not a CloudEvent: header ce-specversion is missing' };
  }
  const attributes: Record<string, string> = {};
  for (const name in headers) {
    if (!name.startsWith('ce-')) continue;
    const value = headerText(headers[name]);
    if (value !== undefined) attributes[name.slice(3)] = decodeAttribute(value);
  }
  // The HTTP binding maps this one attribute to Content-Type; ce-datacontenttype is no attribute.
  const contentType = headerText(headers['content-type']);
  if (contentType === undefined) delete attributes['datacontenttype'];
  else attributes['datacontenttype'] = contentType;
  const built = buildEvent(attributes, readData(body, contentType, form));
  return built.kind === 'invalid' ? built : { kind: 'events', mode: 'binary', events: [built.event] };
}

function decodeFormat(mediaType: MediaType, body: Buffer, form: DataForm): DecodedEvents {
  const batched = mediaType.name === 'application/cloudevents-batch+json';
  if (!batched && mediaType.name !== 'application/cloudevents+json') {
    return { kind: 'invalid', reason: 'unknown event format, expected application/cloudevents+json' };
  }
  const parsed = isUtf8MediaType(mediaType) ? parseJsonBytes(body) : undefined;
  if (parsed === undefined) return { kind: 'invalid', reason: 'the body is not JSON in UTF-8' };
  if (batched) return decodeBatch(parsed.value, form);
  const built = decodeStructuredEvent(parsed.value, form);
  return built.kind === 'invalid' ? built : { kind: 'events', mode: 'structured', events: [built.event] };
}

function decodeBatch(value: unknown, form: DataForm): DecodedEvents {
  if (!Array.isArray(value)) return { kind: 'invalid', reason: 'a batch is a JSON array' };
  const events: CloudEvent[] = [];
  for (const [index, member] of value.entries()) {
    const built = decodeStructuredEvent(member, form);
    if (built.kind === 'invalid') return { kind: 'invalid', reason: `event ${index}: ${built.reason}` };
    events.push(built.event);
  }
  return { kind: 'events', mode: 'batched', events };
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}
