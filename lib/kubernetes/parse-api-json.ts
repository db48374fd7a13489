import { parseExactJson } from '../core/exact-json.ts';

/**
 * JSON as an API server writes it, exactly. It holds int64 and float64 only, and every float64 as the shortest
 * text that reads back as the same value, so that only integers of 16 digits or more need the slow way.
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseApiJson(bytes: Buffer): unknown {
  const text = bytes.toString();
  return hasLongNumber(bytes) ? parseExactJson(text) : JSON.parse(text);
}

const runLength = 16;

/**
 * Whether there are 16 digits in a row anywhere. Such a run covers a multiple of 16, so one byte in 16 is looked
 * at: 0.4 µs for a pod of 4 KB, where a regular expression takes 4 µs and parsing takes 20 µs.
 */
function hasLongNumber(bytes: Buffer): boolean {
  for (let at = runLength - 1; at < bytes.length; at += runLength) {
    if (!isDigit(bytes[at])) continue;
    let start = at;
    let end = at + 1;
    while (isDigit(bytes[start - 1])) start -= 1;
    while (isDigit(bytes[end])) end += 1;
    if (end - start >= runLength) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
