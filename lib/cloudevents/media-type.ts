/** The parts of a content type that decide how bytes are read. */
export type MediaType = {
  /** Lower-case `type/subtype`, `''` where the header is missing. */
  readonly name: string;
  /** Lower-case, `undefined` where not given. */
  readonly charset?: string;
};

/** Splits a Content-Type; casing, blanks and quotes do not matter (RFC 9110, 8.3.1). */
export function parseMediaType(contentType: string | undefined): MediaType {
  if (contentType === undefined) return { name: '' };
  const semicolon = contentType.indexOf(';');
  if (semicolon === -1) return { name: contentType.trim().toLowerCase() };
  const name = contentType.slice(0, semicolon).trim().toLowerCase();
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)"?/i.exec(contentType)?.[1]?.toLowerCase();
  return charset === undefined ? { name } : { name, charset };
}

/** True for `application/json`, `text/json` and every `+json` suffix (CloudEvents JSON format 1.0.2, 3.1). */
export function isJsonMediaType(name: string): boolean {
  return /^[^/]+\/(?:json|[^/]+\+json)$/.test(name);
}

/** True where the bytes are UTF-8 as far as the content type says; JSON knows nothing else (RFC 8259, 8.1). */
export function isUtf8MediaType(mediaType: MediaType): boolean {
  return mediaType.charset === undefined || /^(?:utf-?8|us-ascii)$/.test(mediaType.charset);
}
