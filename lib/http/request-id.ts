/** Where callers put their trace id, the seed stack's name first. */
const headers = ['x-krateo-traceid', 'x-request-id'] as const;

/**
 * The caller's own id of this request where it sent a harmless one, else a new one. It goes back in the answer
 * and into every log line, so it must not carry line breaks or megabytes.
 */
export function requestIdOf(
  header: (name: string) => string | null | undefined,
  newId: () => string,
): string {
  for (const name of headers) {
    const value = header(name);
    if (value && /^[A-Za-z0-9._:-]{1,128}$/.test(value)) return value;
  }
  return newId();
}
