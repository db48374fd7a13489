/** API groups, one a line; blank lines and `#` comments are ignored. */
export function parseManagedGroups(text: string): ReadonlySet<string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
}
