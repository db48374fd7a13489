/** A JSON object whose fields are still unknown. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; empty where it is none. */
export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The value as a list; empty where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text; empty where it is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value as texts by name, such as labels; empty where it is none. */
export function asTexts(value: unknown): Readonly<Record<string, string>> {
  return asFields(value) as Readonly<Record<string, string>>;
}

/** Whether a field is there: null says as much as leaving it out. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Adds the fields that are missing, null or an empty text, which the server's types cannot tell from missing. */
export function fill<T extends Fields>(object: T, defaults: Fields): T {
  const missing = Object.entries(defaults).filter(
    ([name, value]) => value !== undefined && (object[name] ?? '') === '',
  );
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}

/** Changes one field where it is set. */
export function mapField<T extends Fields>(object: T, name: string, change: (value: unknown) => unknown): T {
  const value = object[name];
  return value === undefined || value === null ? object : { ...object, [name]: change(value) };
}

/** Changes every item of a list that is an object. */
export function mapItems(list: unknown, change: (item: Fields) => Fields): unknown {
  return Array.isArray(list) ? list.map((item) => change(asFields(item))) : list;
}
