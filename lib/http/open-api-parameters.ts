import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A parameter object of OpenAPI 3.1. */
export type OpenApiParameter = {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly description?: string | undefined;
  readonly schema: JsonSchema;
};

type Property = {
  readonly description?: string;
  /** What a field of lib/core/query-fields.ts says of itself, as its transformations can't be told from outside. */
  readonly openApi?: { readonly query: JsonSchema; readonly body?: JsonSchema };
} & Readonly<Record<string, unknown>>;

/** The query parameters that a handler reads with this schema. */
export function queryParametersOf(schema: z.ZodObject): OpenApiParameter[] {
  const { properties, required } = describe(schema);
  return Object.entries(properties).map(([name, { openApi, description, ...property }]) => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    description,
    schema: openApi?.query ?? property,
  }));
}

/** The JSON body that a handler reads with this schema. */
export function bodySchemaOf(schema: z.ZodObject): JsonSchema {
  const { properties, required, ...object } = describe(schema);
  return {
    ...object,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, { openApi, description, ...property }]) => [
        name,
        { ...(openApi?.body ?? openApi?.query ?? property), description },
      ]),
    ),
  };
}

function describe(schema: z.ZodObject): {
  readonly properties: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
} {
  const { $schema: _dialect, ...object } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const { properties, required } = object as { properties?: Record<string, Property>; required?: string[] };
  return { ...object, properties: properties ?? {}, required: required ?? [] };
}
