import { declares, isJsonObject, propertySchema, type StructuralSchema } from './structural-schema.ts';

/** Words of the language, which cannot be names of fields. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/**
 * A value as rules see it: whole numbers apart from others, times and durations as such, and fields by names that the
 * language can say.
 */
export function ruleValue(value: unknown, schema: StructuralSchema): unknown {
  if (typeof value === 'number') {
    return schema.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === 'string') return textValue(value, schema.format);
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.map((item) => ruleValue(item, items));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      declares(schema, name) ? ruleName(name) : name,
      ruleValue(field, propertySchema(schema, name) ?? {}),
    ]),
  );
}

/** The name that rules have for a field, such as `__namespace__` and `a__dash__b`. */
export function ruleName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

function textValue(text: string, format: string | undefined): unknown {
  if (format !== 'date-time' && format !== 'date') return text;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time;
}
