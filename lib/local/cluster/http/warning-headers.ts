/** Texts as values of `Warning` headers, without doubles; kubectl prints them to stderr. */
export function warningHeaders(warnings: readonly string[]): string[] {
  return [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`);
}
