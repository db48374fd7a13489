/**
 * Reads an array as `array_out` writes it: `{1,2}`, `{{"a b",NULL},{c,d}}`, `[0:1]={1,2}`.
 * @param element turns the text of one element into its value; SQL nulls become `null` without it
 * @throws SyntaxError for text of another form
 */
export function parseArrayLiteral(text: string, element: (text: string) => unknown): unknown[] {
  // Bounds other than from 1 are written in front, and JSON has no place for them.
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  if (text[start] !== '{') throw malformed(text);
  let offset = start + 1;

  const readQuoted = (): string => {
    let value = '';
    for (offset += 1; text[offset] !== '"'; offset += 1) {
      if (text[offset] === '\\') offset += 1;
      if (offset >= text.length) throw malformed(text);
      value += text[offset];
    }
    offset += 1;
    return value;
  };
  const readBare = (): string => {
    const from = offset;
    while (offset < text.length && text[offset] !== ',' && text[offset] !== '}') offset += 1;
    return text.slice(from, offset);
  };
  const readElement = (): unknown => {
    if (text[offset] === '{') {
      offset += 1;
      return readMembers();
    }
    if (text[offset] === '"') return element(readQuoted());
    const bare = readBare();
    return bare === 'NULL' ? null : element(bare);
  };
  const readMembers = (): unknown[] => {
    const members: unknown[] = [];
    if (text[offset] === '}') {
      offset += 1;
      return members;
    }
    for (;;) {
      members.push(readElement());
      const next = text[offset];
      offset += 1;
      if (next === '}') return members;
      if (next !== ',') throw malformed(text);
    }
  };

  const members = readMembers();
  if (offset !== text.length) throw malformed(text);
  return members;
}

function malformed(text: string): SyntaxError {
  return new SyntaxError(
    `Cannot read array: ${JSON.stringify(text.slice(0, 60))}, expected a text such as {1,2}`,
  );
}
