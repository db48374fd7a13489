/**
 * A context attribute as an HTTP header value (CloudEvents HTTP binding 1.0, 3.1.3.2): UTF-8 bytes outside
 * U+0021..U+007E and the characters space, `"` and `%` go percent-encoded.
 */
export function encodeAttribute(value: string): string {
  if (!/[^\x21\x23\x24\x26-\x7e]/.test(value)) return value;
  return value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);
}

/**
 * Inverse of `encodeAttribute`, lenient towards senders that do not encode (the Go, Java and JavaScript SDKs):
 * only percent sequences that form valid UTF-8 are decoded, and raw UTF-8 bytes, which Node hands over as
 * Latin-1, become text again. A value in double quotes is unescaped first.
 */
export function decodeAttribute(headerValue: string): string {
  let value = headerValue.trim();
  if (value.length > 1 && value.startsWith('"') && value.endsWith('"')) {
    value = value.slice(1, -1).replace(/\\(.)/g, '$1');
  }
  if (/[\x80-\xff]/.test(value)) value = decodeLatin1(value);
  if (!value.includes('%')) return value;
  return value.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeLatin1(value: string): string {
  if (/[^\0-\xff]/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    // Really Latin-1: there is nothing better to make of it.
    return value;
  }
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    // Not UTF-8, so the sender did not mean an escape.
    return run;
  }
}
