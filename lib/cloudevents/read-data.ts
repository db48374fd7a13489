import { isUtf8 } from 'node:buffer';
import { parseExactJson } from '../core/exact-json.ts';
import { isJsonMediaType, isUtf8MediaType, parseMediaType } from './media-type.ts';

/** `raw` leaves data as the bytes that came, for those who only pass events on. */
export type DataForm = 'parsed' | 'raw';

/**
 * Data from its bytes: JSON where the content type says so or is missing, else the bytes. Bytes that claim to
 * be JSON and are not stay bytes: the event is valid, its data is what the receiver must judge.
 */
export function readData(bytes: Buffer, contentType: string | undefined, form: DataForm): unknown {
  if (bytes.length === 0) return undefined;
  if (form === 'raw') return bytes;
  const mediaType = parseMediaType(contentType);
  if (contentType !== undefined && !isJsonMediaType(mediaType.name)) return bytes;
  if (!isUtf8MediaType(mediaType)) return bytes;
  const parsed = parseJsonBytes(bytes);
  return parsed === undefined ? bytes : parsed.value;
}

/** The JSON value of UTF-8 bytes, exactly; `undefined` where they are something else. */
export function parseJsonBytes(bytes: Buffer): { readonly value: unknown } | undefined {
  // Replacing bad bytes by U+FFFD, as toString does, would store something that nobody sent.
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  try {
    return { value: parseExactJson(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
