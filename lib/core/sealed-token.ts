import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Keys for one purpose; all replicas that share the secret derive the same. */
export type SealingKeys = { readonly cipherKey: Buffer; readonly nonceKey: Buffer };

/**
 * Keys from a shared secret of any length (HKDF-SHA256, RFC 5869). `purpose` keeps tokens of one kind from
 * being taken for another.
 */
export function deriveSealingKeys(secret: string | Buffer, purpose: string): SealingKeys {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', `kubemirror ${purpose}`, 64));
  return { cipherKey: derived.subarray(0, 32), nonceKey: derived.subarray(32) };
}

/**
 * Text that only holders of the keys can read or make, as unpadded base64url. It opens only with the same
 * `context`, which is not part of the token. AES-256-GCM and not just a signature, because row ids and
 * positions inside tell how much there is that the reader may not see. The nonce comes from the content, so
 * equal pages have equal tokens and keep their ETag.
 */
export function sealToken(keys: SealingKeys, context: string, text: string): string {
  const nonce = createHmac('sha256', keys.nonceKey)
    .update(`${context.length}:${context}${text}`)
    .digest()
    .subarray(0, nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keys.cipherKey, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
}

/** The sealed text; `undefined` for a token that was changed, cut, sealed otherwise or never sealed. */
export function openToken(keys: SealingKeys, context: string, token: string): string | undefined {
  // Buffer.from() skips what is no base64url, so that several texts would open as one token.
  if (!/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== token) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keys.cipherKey, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const body = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
  try {
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    // final() throws only where the tag does not fit.
    return undefined;
  }
}
