/**
 * An identifier for statements that take no parameters there: replication commands, CREATE PUBLICATION, cursors.
 * @throws TypeError for a name with a NUL character, which no identifier may hold
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new TypeError(`Cannot use ${JSON.stringify(name)} as a name: expected text without NUL`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal for the same statements. Relies on standard_conforming_strings, the default since 9.1. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0') || text.includes('\\')) {
    throw new TypeError(`Cannot use ${JSON.stringify(text)} as text: expected none of NUL and backslash`);
  }
  return `'${text.replaceAll("'", "''")}'`;
}
