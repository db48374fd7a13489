/** The parts of an OpenAPI v3 schema that the compact notation keeps. */
export type OpenApiSchema = {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly default?: unknown;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
};

/** A field of the server's own type, as reflection shows it. */
export type StructField = {
  readonly Name: string;
  readonly Kind: string;
  readonly OmitEmpty: boolean;
  readonly OmitZero: boolean;
};

/** Types that are written as plain values or as anything at all. */
const scalarTypes: readonly (readonly [suffix: string, letter: string])[] = [
  ['.v1.MicroTime', 'u'],
  ['.v1.Time', 't'],
  ['.resource.Quantity', 'q'],
  ['.intstr.IntOrString', 'o'],
  ['.runtime.RawExtension', 'j'],
  ['.v1.FieldsV1', 'j'],
  ['.v1.JSON', 'j'],
  ['.v1.JSONSchemaPropsOrArray', 'j'],
  ['.v1.JSONSchemaPropsOrBool', 'j'],
  ['.v1.JSONSchemaPropsOrStringArray', 'j'],
  ['.v1.CustomResourceSubresourceStatus', 'j'],
];

/**
 * Lines in the notation of `parse-types.ts` for the served kinds (`group/version/Kind`) and for all types
 * that they are made of.
 */
export function openApiToTypeLines(
  schemas: Readonly<Record<string, OpenApiSchema>>,
  tags: Readonly<Record<string, readonly StructField[]>>,
  served: ReadonlySet<string>,
): string[] {
  const lines = new Map<string, string>();
  const visit = (name: string): void => {
    const schema = schemas[name];
    if (schema?.properties === undefined || lines.has(name)) return;
    lines.set(name, '');
    const fields = fieldsInOrder(schema.properties, tags[name] ?? []);
    const texts = fields.map(([field, property, tag]) => {
      for (const reference of referencesOf(property)) visit(reference);
      return `${field}:${typeText(property, name)}${flagsText(property, tag)}`;
    });
    const kinds = servedKinds(schema, served).map((kind) => `=${kind}`);
    const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '*' : '';
    lines.set(name, [`${shortName(name)}${atomic}`, ...kinds, ...texts].join(' '));
  };
  for (const [name, schema] of Object.entries(schemas)) {
    if (servedKinds(schema, served).length > 0) visit(name);
  }
  return [...lines.values()].sort();
}

function servedKinds(schema: OpenApiSchema, served: ReadonlySet<string>): string[] {
  return (schema['x-kubernetes-group-version-kind'] ?? [])
    .map(({ group, version, kind }) => `${group}/${version}/${kind}`)
    .filter((kind) => served.has(kind));
}

function fieldsInOrder(
  properties: Readonly<Record<string, OpenApiSchema>>,
  tags: readonly StructField[],
): [name: string, property: OpenApiSchema, tag: StructField | undefined][] {
  const order = new Map(tags.map((tag, index) => [tag.Name, index]));
  return Object.entries(properties)
    .toSorted(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
    .map(([name, property]) => [name, property, tags[order.get(name) ?? -1]]);
}

function referenceOf(schema: OpenApiSchema): string | undefined {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  return reference?.replace('#/components/schemas/', '');
}

function referencesOf(schema: OpenApiSchema | undefined): string[] {
  if (schema === undefined) return [];
  const own = referenceOf(schema);
  return [
    ...(own === undefined ? [] : [own]),
    ...referencesOf(schema.items),
    ...referencesOf(schema.additionalProperties),
  ];
}

function shortName(name: string): string {
  return name
    .replace(/^io\.k8s\.(?:api\.|apimachinery\.pkg\.apis\.)?/, '')
    .replace(/^(?:apiextensions-apiserver|kube-aggregator)\.pkg\.apis\./, '');
}

function typeText(schema: OpenApiSchema, owner: string): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) {
    const scalar = scalarTypes.find(([suffix]) => reference.endsWith(suffix));
    if (scalar !== undefined) return scalar[1];
    const home = owner.slice(0, owner.lastIndexOf('.') + 1);
    return `<${reference.startsWith(home) ? reference.slice(home.length) : shortName(reference)}>`;
  }
  if (schema.type === 'array') return `[${typeText(schema.items ?? {}, owner)}]`;
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return `{${typeText(schema.additionalProperties, owner)}}`;
  }
  return scalarText(schema);
}

function scalarText({ type, format }: OpenApiSchema): string {
  if (type === 'string') return format === 'byte' ? 'y' : 's';
  if (type === 'integer') return format === 'int64' ? 'l' : 'i';
  if (type === 'boolean') return 'b';
  return type === 'number' ? 'f' : 'j';
}

function flagsText(schema: OpenApiSchema, tag: StructField | undefined): string {
  return [listText(schema), patchText(schema), presenceText(tag), defaultText(schema)].join('');
}

function listText(schema: OpenApiSchema): string {
  if (schema['x-kubernetes-map-type'] === 'atomic') return '*';
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return '$';
  return listType === 'map' ? `#${(schema['x-kubernetes-list-map-keys'] ?? []).join(',')}` : '';
}

function patchText(schema: OpenApiSchema): string {
  const strategies = schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  const merge = strategies.includes('merge') ? `%${schema['x-kubernetes-patch-merge-key'] ?? ''}` : '';
  return `${merge}${strategies.includes('retainKeys') ? '^' : ''}`;
}

/** Structs without a pointer are written even if empty, whatever `omitempty` says. */
function presenceText(tag: StructField | undefined): string {
  if (tag === undefined) return '';
  if (tag.Kind === 'struct' ? !tag.OmitZero : !tag.OmitEmpty) return tag.Kind === 'ptr' ? '~' : '!';
  return tag.Kind === 'ptr' ? '' : '=';
}

function defaultText(schema: OpenApiSchema): string {
  const value = schema.default;
  return typeof value === 'string' && value !== '' ? `'${value}` : '';
}
