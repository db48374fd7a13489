/** What the server's JSON decoder calls a value in its error messages. */
export function goJsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  const type = typeof value;
  return type === 'boolean' ? 'bool' : type;
}
