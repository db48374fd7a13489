type JsonObject = Readonly<Record<string, unknown>>;

/** The value at a path of names such as `status.phase`; undefined where anything on the way is missing. */
export function readField(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
  }
  return value;
}

/** The text at a path; empty where there is none. */
export function readText(object: unknown, path: string): string {
  const value = readField(object, path);
  return typeof value === 'string' ? value : '';
}

/** The number at a path; 0 where there is none. */
export function readNumber(object: unknown, path: string): number {
  const value = readField(object, path);
  return typeof value === 'number' ? value : 0;
}

/** The objects of the list at a path; empty where there is none. */
export function readObjects(object: unknown, path: string): readonly JsonObject[] {
  const value = readField(object, path);
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter((item): item is JsonObject => typeof item === 'object' && item !== null);
}

/** The texts of the list at a path; empty where there is none. */
export function readTexts(object: unknown, path: string): readonly string[] {
  const value = readField(object, path);
  return Array.isArray(value) ? (value as unknown[]).filter((item) => typeof item === 'string') : [];
}

/** Keys and texts of the map at a path; empty where there is none. */
export function readMap(object: unknown, path: string): Readonly<Record<string, string>> {
  const value = readField(object, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
