import { builtInSchema } from '../schemas/built-in-schema.ts';
import type { StructNode } from '../schemas/schema-node.ts';

/** The type of `metadata`, which custom resources share with the built-in kinds. */
export function objectMetaType(): StructNode {
  const node = builtInSchema({ group: '', version: 'v1', kind: 'ConfigMap' })?.fields.get('metadata')?.node;
  if (node?.kind !== 'struct') throw new Error('Cannot find the type of metadata in the built-in types');
  return node;
}
