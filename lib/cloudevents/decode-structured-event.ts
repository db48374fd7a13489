import { isExactNumber, stringifyExactJson } from '../core/exact-json.ts';
import { type BuiltEvent, buildEvent } from './build-event.ts';
import { isJsonMediaType, parseMediaType } from './media-type.ts';
import { type DataForm, readData } from './read-data.ts';

/**
 * One event in JSON format (CloudEvents JSON format 1.0.2), already parsed.
 * `data_base64` and text of other media types become what they would be in binary mode.
 */
export function decodeStructuredEvent(value: unknown, form: DataForm): BuiltEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isExactNumber(value)) {
    return { kind: 'invalid', reason: 'an event in JSON format is an object' };
  }
  const { data, data_base64: base64, ...members } = value as Record<string, unknown>;
  const attributes: Record<string, string> = {};
  for (const name in members) {
    const member = members[name];
    // The JSON format reads null as absent.
    if (member === null) continue;
    const text = attributeText(member);
    if (text === undefined) {
      const shown = JSON.stringify(name.slice(0, 40));
      return { kind: 'invalid', reason: `attribute ${shown}: expected a string, boolean or integer` };
    }
    attributes[name] = text;
  }
  const contentType = attributes['datacontenttype'];
  if (base64 === undefined || base64 === null) {
    return buildEvent(attributes, structuredData(data, contentType, form));
  }
  if (data !== undefined) return { kind: 'invalid', reason: 'both data and data_base64 are present' };
  if (typeof base64 !== 'string' || !isBase64(base64)) {
    return { kind: 'invalid', reason: 'data_base64: expected base64 text' };
  }
  const bytes = Buffer.from(base64, 'base64');
  // Without a content type binary data is binary; only `data` defaults to JSON.
  return buildEvent(attributes, readData(bytes, contentType, contentType === undefined ? 'raw' : form));
}

function attributeText(member: unknown): string | undefined {
  if (typeof member === 'string') return member;
  if (typeof member === 'boolean') return String(member);
  // Integers of CloudEvents are signed 32-bit.
  return typeof member === 'number' && (member | 0) === member ? String(member) : undefined;
}

function structuredData(data: unknown, contentType: string | undefined, form: DataForm): unknown {
  if (data === undefined) return undefined;
  const isText = contentType !== undefined && !isJsonMediaType(parseMediaType(contentType).name);
  if (isText && typeof data === 'string') return Buffer.from(data, 'utf8');
  return form === 'parsed' ? data : Buffer.from(stringifyExactJson(data) ?? '', 'utf8');
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
