/** POSIX classes, which stand inside brackets. */
const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

/**
 * A pattern in the syntax of RE2, as schemas have them, as a JavaScript one; undefined where it has no
 * counterpart (or is none at all), so that nobody is refused for a pattern that was not understood.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole)
    .replace(/\(\?P</g, '(?<');
  const needsUnicode = /\\[pP]\{?\w|\\x\{/.test(source);
  try {
    return new RegExp(source, `${flags?.[1] ?? ''}${needsUnicode ? 'u' : ''}`);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
