import type { CloudEvent } from '../core/cloud-event.ts';
import { stringifyExactJson } from '../core/exact-json.ts';
import { checkEvent } from './check-event.ts';
import type { HttpEvent } from './encode-http-event.ts';
import { isJsonMediaType, parseMediaType } from './media-type.ts';
import { parseJsonBytes } from './read-data.ts';

/**
 * An event in structured mode (CloudEvents HTTP binding 1.0, 3.2), for receivers that ask for it.
 * Bytes become `data` where they are the JSON that the event says they are, else `data_base64`.
 * @throws TypeError where the event breaks CloudEvents 1.0
 */
export function encodeStructuredEvent(event: CloudEvent): HttpEvent {
  checkEvent(event);
  const { extensions, data: _, ...attributes } = event;
  const members = { specversion: '1.0', ...attributes, ...extensions, ...dataMember(event) };
  return {
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: stringifyExactJson(members) ?? '',
  };
}

function dataMember(event: CloudEvent): { data?: unknown; data_base64?: string } {
  const { data, datacontenttype } = event;
  if (data === undefined) return {};
  const isJson = isJsonMediaType(parseMediaType(datacontenttype ?? 'application/json').name);
  if (Buffer.isBuffer(data)) {
    const parsed = isJson && datacontenttype !== undefined ? parseJsonBytes(data) : undefined;
    return parsed === undefined ? { data_base64: data.toString('base64') } : { data: parsed.value };
  }
  if (isJson || typeof data === 'string') return { data };
  throw new TypeError(`Cannot encode data: ${typeof data}, expected bytes or text`);
}
