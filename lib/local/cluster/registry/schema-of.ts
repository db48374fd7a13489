import { builtInSchema } from '../schemas/built-in-schema.ts';
import type { SchemaNode } from '../schemas/schema-node.ts';
import type { Definition } from './definition.ts';

const customSchemas = new WeakMap<object, SchemaNode>();
/** Custom resources without a schema: fields are owned one by one, whatever they are. */
const anything: SchemaNode = { kind: 'deduced' };

/** The type of a definition's objects. */
export function schemaOf(definition: Definition): SchemaNode {
  if (definition.custom === undefined) return builtInSchema(definition) ?? anything;
  return customSchemas.get(definition.custom) ?? anything;
}
