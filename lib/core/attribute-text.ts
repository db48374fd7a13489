/**
 * Free text as part of a CloudEvent attribute. Names of RBAC objects may hold any character but `/` and `%`,
 * and cluster names are free text, so what is not plain goes as `~` and two hex digits per UTF-8 byte: a
 * percent sign would be decoded on the way by receivers that follow the HTTP binding and left alone by those
 * that do not.
 */
export function encodeAttributeText(text: string): string {
  return text.replace(/[^A-Za-z0-9._:@-]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `~${byte.toString(16).padStart(2, '0')}`).join(
      '',
    ),
  );
}

/** Inverse of `encodeAttributeText`; `undefined` for text that it cannot have made. */
export function decodeAttributeText(text: string): string | undefined {
  if (!text.includes('~')) return text;
  try {
    return decodeURIComponent(text.replace(/%/g, '%25').replace(/~/g, '%'));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
