/** A pattern for `ilike` that finds the text anywhere, its `%`, `_` and `\` taken as themselves. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
