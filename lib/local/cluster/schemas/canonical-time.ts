/** Parts of a time in the layout that the server's parser names in its messages. */
const parts: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}/],
];
const zone: readonly [layout: string, pattern: RegExp] = ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/];

export type CanonicalTime =
  | { readonly kind: 'time'; readonly text: string }
  /** In the words of the server's parser. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * A time as API servers write it: RFC 3339 in UTC with whole seconds, or with microseconds, which such
 * fields must have in the input as well.
 */
export function canonicalTime(text: string, withMicroseconds: boolean): CanonicalTime {
  const layout = `2006-01-02T15:04:05${withMicroseconds ? '.000000' : ''}Z07:00`;
  const invalid = (rest: string, part: string): CanonicalTime => ({
    kind: 'invalid',
    message: `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${part}"`,
  });
  let rest = text;
  const fraction: readonly [string, RegExp] = withMicroseconds
    ? ['.000000', /^\.\d{6,9}/]
    : ['', /^(?:\.\d+)?/];
  let microseconds = '';
  for (const [part, pattern] of [...parts, fraction, zone]) {
    const match = pattern.exec(rest);
    if (match === null) return invalid(rest, part);
    if (part === fraction[0]) microseconds = match[0].slice(0, 7).padEnd(7, '0');
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') {
    return {
      kind: 'invalid',
      message: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`,
    };
  }
  const ms = Date.parse(text.replace(/\.\d+/, ''));
  if (Number.isNaN(ms)) {
    return { kind: 'invalid', message: `parsing time ${JSON.stringify(text)}: day out of range` };
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return { kind: 'time', text: `${seconds}${withMicroseconds ? microseconds : ''}Z` };
}
