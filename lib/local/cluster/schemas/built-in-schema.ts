import { builtInTypes } from './built-in-types.ts';
import { parseTypes, type TypeSet } from './parse-types.ts';
import type { StructNode } from './schema-node.ts';

let types: TypeSet | undefined;

/** The type of a built-in kind; undefined for kinds that are not built in. */
export function builtInSchema(kind: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}): StructNode | undefined {
  types ??= parseTypes(builtInTypes);
  return types.ofKind(`${kind.group}/${kind.version}/${kind.kind}`);
}
