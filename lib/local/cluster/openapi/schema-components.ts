import type { ListNode, ScalarType, SchemaField, SchemaNode, StructNode } from '../schemas/schema-node.ts';
import { componentName, reference } from './component-names.ts';

type OpenApiSchema = Readonly<Record<string, unknown>>;

const machinery = 'io.k8s.apimachinery.pkg';

/** Scalars that have types of their own in the server. */
const sharedComponents: Readonly<Record<string, OpenApiSchema>> = {
  [`${machinery}.api.resource.Quantity`]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  [`${machinery}.apis.meta.v1.Time`]: { type: 'string', format: 'date-time' },
  [`${machinery}.apis.meta.v1.MicroTime`]: { type: 'string', format: 'date-time' },
  [`${machinery}.util.intstr.IntOrString`]: {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
};

const scalars: Readonly<Record<ScalarType, OpenApiSchema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: reference(`${machinery}.apis.meta.v1.Time`),
  microTime: reference(`${machinery}.apis.meta.v1.MicroTime`),
  quantity: reference(`${machinery}.api.resource.Quantity`),
  intOrString: reference(`${machinery}.util.intstr.IntOrString`),
};

/** Collects the OpenAPI components of types and of all that they refer to. */
export class SchemaComponents {
  readonly #components: Record<string, OpenApiSchema> = { ...sharedComponents };

  get all(): Readonly<Record<string, OpenApiSchema>> {
    return this.#components;
  }

  /** Adds a component as it is. */
  add(name: string, schema: OpenApiSchema): void {
    this.#components[name] = schema;
  }

  /** Adds a type under its own name; `extensions` go to the component itself. */
  addStruct(type: StructNode, extensions: OpenApiSchema = {}): string {
    const name = componentName(type.name);
    if (this.#components[name] !== undefined) return name;
    const schema: Record<string, unknown> = {};
    // Types refer to themselves, so the name is taken before the fields are read.
    this.#components[name] = schema;
    const fields = [...type.fields].map(([field, given]) => [field, this.#fieldSchema(given)]);
    Object.assign(schema, {
      type: 'object',
      properties: Object.fromEntries(fields),
      ...(type.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      ...extensions,
    });
    return name;
  }

  #fieldSchema(field: SchemaField): OpenApiSchema {
    const { patch } = field;
    const strategies = [
      ...(patch?.merge === undefined ? [] : ['merge']),
      ...(patch?.retainKeys === true ? ['retainKeys'] : []),
    ];
    return {
      ...this.#schemaOf(field.node),
      ...(field.default === undefined ? {} : { default: field.default }),
      ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
      ...(patch?.merge?.key === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.merge.key }),
    };
  }

  #schemaOf(node: SchemaNode): OpenApiSchema {
    switch (node.kind) {
      case 'scalar':
        return scalars[node.scalar];
      case 'struct':
        return { allOf: [reference(this.addStruct(node))] };
      case 'map':
        return { type: 'object', additionalProperties: this.#schemaOf(node.values) };
      case 'list':
        return { type: 'array', items: this.#schemaOf(node.items), ...listType(node) };
      case 'any':
      case 'deduced':
        return { type: 'object' };
    }
  }
}

function listType(node: ListNode): OpenApiSchema {
  return {
    'x-kubernetes-list-type': node.listType,
    ...(node.listType === 'map' ? { 'x-kubernetes-list-map-keys': node.keys } : {}),
  };
}
