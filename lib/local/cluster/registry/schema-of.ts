import { customSchemaNode } from '../custom/custom-schema-node.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import type { SchemaNode } from '../schemas/schema-node.ts';
import type { CustomVersion, Definition } from './definition.ts';

const customSchemas = new WeakMap<CustomVersion, SchemaNode>();
/** Kinds without a type: fields are owned one by one, whatever they are. */
const anything: SchemaNode = { kind: 'deduced' };

/** The type of a definition's objects. */
export function schemaOf({ custom, ...kind }: Definition): SchemaNode {
  if (custom === undefined) return builtInSchema(kind) ?? anything;
  const known = customSchemas.get(custom);
  if (known !== undefined) return known;
  const node = customSchemaNode(custom.schema);
  customSchemas.set(custom, node);
  return node;
}
