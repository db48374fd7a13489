import { decodeTyped } from '../schemas/decode-typed.ts';
import { valueToTree } from '../schemas/parse-json-tree.ts';
import type { StructNode } from '../schemas/schema-node.ts';
import { strictProblems } from '../schemas/strict-problems.ts';
import { objectMetaType } from './object-meta-type.ts';
import {
  isJsonObject,
  type JsonObject,
  preservesUnknown,
  propertySchema,
  type StructuralSchema,
} from './structural-schema.ts';

export type Pruned =
  | {
      readonly kind: 'pruned';
      readonly object: JsonObject;
      /** Paths of what was taken away, in order, such as `spec.parts[0].size`. */
      readonly unknownFields: readonly string[];
    }
  /** Metadata that is none; the message is that of the server's decoder. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Takes away what the schema of a custom resource does not know (structural pruning), in `metadata` what
 * no object has.
 */
export function pruneCustomObject(
  object: JsonObject,
  schema: StructuralSchema | undefined,
  options: { readonly preserveUnknownFields: boolean },
): Pruned {
  const unknown: string[] = [];
  const type = objectMetaType();
  const given = object['metadata'];
  const metadata = decodeMetadata(given, type);
  if (metadata.kind === 'invalid') return metadata;
  unknown.push(...unknownMetadata(given, type, 'metadata'));
  const { apiVersion, kind, metadata: _metadata, ...content } = object;
  const keepAll = schema === undefined || options.preserveUnknownFields;
  const pruned = keepAll ? content : (prune(content, schema, '', unknown) as JsonObject);
  return {
    kind: 'pruned',
    object: { apiVersion, kind, metadata: metadata.object, ...pruned },
    unknownFields: unknown.sort(),
  };
}

function decodeMetadata(given: unknown, type: StructNode): ReturnType<typeof decodeTyped> {
  return decodeTyped(isJsonObject(given) ? given : {}, type);
}

function unknownMetadata(given: unknown, type: StructNode, path: string): string[] {
  return strictProblems(valueToTree(given ?? {}), type)
    .filter((problem) => problem.startsWith('unknown field '))
    .map((problem) => `${path}.${JSON.parse(problem.slice('unknown field '.length)) as string}`);
}

function prune(value: unknown, schema: StructuralSchema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item, index) => prune(item, items, `${path}[${index}]`, unknown));
  }
  if (!isJsonObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const fieldPath = path === '' ? name : `${path}.${name}`;
    const isIdentity = schema['x-kubernetes-embedded-resource'] === true && identity.includes(name);
    const property = propertySchema(schema, name);
    if (isIdentity) kept[name] = name === 'metadata' ? pruneMetadata(field, fieldPath, unknown) : field;
    else if (property !== undefined) kept[name] = prune(field, property, fieldPath, unknown);
    else if (preservesUnknown(schema)) kept[name] = field;
    else unknown.push(fieldPath);
  }
  return kept;
}

/** Fields that every object has, also one inside another. */
const identity: readonly string[] = ['apiVersion', 'kind', 'metadata'];

function pruneMetadata(metadata: unknown, path: string, unknown: string[]): unknown {
  const type = objectMetaType();
  const decoded = decodeMetadata(metadata, type);
  // Wrong types inside an embedded object are for validation to tell.
  if (decoded.kind === 'invalid') return metadata;
  unknown.push(...unknownMetadata(metadata, type, path));
  return decoded.object;
}
