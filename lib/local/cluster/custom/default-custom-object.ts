import { isJsonObject, type JsonObject, propertySchema, type StructuralSchema } from './structural-schema.ts';

/**
 * Puts in the defaults of a custom resource's schema. Nulls count as missing where the schema does not take
 * them: they get the default, or go.
 */
export function defaultCustomObject(object: JsonObject, schema: StructuralSchema | undefined): JsonObject {
  return schema === undefined ? object : (fill(object, schema) as JsonObject);
}

function fill(value: unknown, schema: StructuralSchema): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item: unknown) =>
      fill(
        isMissing(item, items) && items.default !== undefined ? structuredClone(items.default) : item,
        items,
      ),
    );
  }
  if (!isJsonObject(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const property = propertySchema(schema, name);
    if (property === undefined) filled[name] = field;
    else if (!isMissing(field, property)) filled[name] = fill(field, property);
    else if (property.default !== undefined) filled[name] = fill(structuredClone(property.default), property);
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined && !Object.hasOwn(value, name)) {
      filled[name] = fill(structuredClone(property.default), property);
    }
  }
  return filled;
}

function isMissing(value: unknown, schema: StructuralSchema): boolean {
  return value === null && schema.nullable !== true && schema.type !== undefined;
}
