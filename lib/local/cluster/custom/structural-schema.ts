/** `openAPIV3Schema` of a CustomResourceDefinition's version, as far as the server looks at it. */
export type StructuralSchema = {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | null;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[] | null;
  readonly properties?: Readonly<Record<string, StructuralSchema>> | null;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly oneOf?: readonly StructuralSchema[] | null;
  readonly anyOf?: readonly StructuralSchema[] | null;
  readonly allOf?: readonly StructuralSchema[] | null;
  readonly not?: StructuralSchema;
  readonly uniqueItems?: boolean;
  readonly $ref?: string | null;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | null;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[] | null;
};

/** A rule in CEL about the value that a schema describes. */
export type ValidationRule = {
  readonly rule: string;
  readonly message?: string;
  /** An expression whose text is the message. */
  readonly messageExpression?: string;
  readonly reason?: string;
  /** Where the problem is, such as `.spec.size`; below the value itself. */
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
};

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function preservesUnknown(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Whether a schema names this field, instead of describing all others. */
export function declares(schema: StructuralSchema, name: string): boolean {
  return schema.properties != null && Object.hasOwn(schema.properties, name);
}

/** The schema of one field: declared, or that of all others; undefined where there may be none. */
export function propertySchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties && Object.hasOwn(properties, name)) return properties[name];
  if (typeof additionalProperties === 'object') return additionalProperties;
  return additionalProperties === true ? anything : undefined;
}

/** Takes any value. */
const anything: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };
