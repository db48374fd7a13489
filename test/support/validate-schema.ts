/** The part of OpenAPI v3 that Kubernetes' and Knative's published schemas use. */
export type OpenApiSchema = {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly allOf?: readonly OpenApiSchema[];
  readonly anyOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly $ref?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
};

/**
 * Everything about a value that its schema does not allow, each with its path. Unknown fields are problems, as
 * they are for `kubectl apply` with strict validation.
 * @param options.resolve looks up a `$ref`
 * @param options.partial missing fields are none: the value is a patch
 */
export function validateSchema(
  value: unknown,
  schema: OpenApiSchema,
  options: {
    readonly resolve: (reference: string) => OpenApiSchema;
    readonly partial?: boolean;
    readonly path?: string;
  },
): string[] {
  const path = options.path ?? '';
  const at = (name: string | number) => ({ ...options, path: `${path}/${name}` });
  const schemas = flatten(schema, options.resolve);
  const problems: string[] = [];
  for (const one of schemas) problems.push(...validateHere(value, one, path));
  if (problems.length > 0) return problems;

  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      schemas.flatMap(({ items }) => (items === undefined ? [] : validateSchema(item, items, at(index)))),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  for (const [name, member] of Object.entries(value)) {
    const fields = schemas.flatMap((one) => fieldSchemas(one, name));
    if (fields.length === 0 && !schemas.some(isOpen)) problems.push(`${path}/${name}: unknown field`);
    for (const field of fields) problems.push(...validateSchema(member, field, at(name)));
  }
  if (options.partial === true) return problems;
  const missing = schemas.flatMap(({ required = [] }) => required).filter((name) => !(name in value));
  return [...problems, ...missing.map((name) => `${path}/${name}: missing`)];
}

/** The schema and everything that it must satisfy as well, references resolved. */
function flatten(schema: OpenApiSchema, resolve: (reference: string) => OpenApiSchema): OpenApiSchema[] {
  const { $ref, allOf = [], ...own } = schema;
  const referred = $ref === undefined ? [] : flatten(resolve($ref), resolve);
  const others = [...referred, ...allOf.flatMap((one) => flatten(one, resolve))];
  // A wrapper without fields of its own must not open what it wraps.
  return others.length === 0 ? [own] : [{ ...own, properties: own.properties ?? {} }, ...others];
}

function validateHere(value: unknown, schema: OpenApiSchema, path: string): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return Number.isInteger(value) || typeof value === 'string'
      ? []
      : [`${path}: expected integer or string`];
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives?.every((one) => validateHere(value, one, path).length > 0)) {
    return [`${path}: fits none of ${alternatives.length} alternatives`];
  }
  if (schema.type !== undefined && !hasType(value, schema.type)) return [`${path}: expected ${schema.type}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return [`${path}: expected one of ${schema.enum.join(', ')}`];
  }
  if (schema.pattern !== undefined && typeof value === 'string' && !new RegExp(schema.pattern).test(value)) {
    return [`${path}: expected ${schema.pattern}`];
  }
  return [];
}

function hasType(value: unknown, type: NonNullable<OpenApiSchema['type']>): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}

function fieldSchemas(schema: OpenApiSchema, name: string): OpenApiSchema[] {
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, name)) return [properties[name] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** Whether a schema lets in fields that it does not name. One that says nothing about fields does. */
function isOpen(schema: OpenApiSchema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema.additionalProperties === true ||
    (schema.properties === undefined && schema.additionalProperties === undefined)
  );
}
