import type { JsonTree } from './parse-json-tree.ts';
import type { SchemaNode } from './schema-node.ts';

/**
 * What a strict decoder would refuse, in the order of the document: fields that the type does not know,
 * and fields that occur twice. These become warnings, or errors with `fieldValidation=Strict`.
 */
export function strictProblems(tree: JsonTree, node: SchemaNode): string[] {
  const problems: string[] = [];
  collect(tree, node, '', problems);
  return problems;
}

function collect(tree: JsonTree, node: SchemaNode, path: string, problems: string[]): void {
  if (tree.kind === 'list') {
    const items = node.kind === 'list' ? node.items : node;
    tree.items.forEach((item, index) => {
      collect(item, items, `${path}[${index}]`, problems);
    });
  }
  if (tree.kind !== 'object') return;
  const seen = new Set<string>();
  for (const [name, field] of tree.entries) {
    const fieldPath = path === '' ? name : `${path}.${name}`;
    const below = fieldNode(node, name);
    if (below === undefined) {
      // Fields that are not known are not told apart any further.
      if (!seen.has(name)) problems.push(`unknown field ${JSON.stringify(fieldPath)}`);
    } else {
      if (seen.has(name)) problems.push(`duplicate field ${JSON.stringify(fieldPath)}`);
      collect(field, below, fieldPath, problems);
    }
    seen.add(name);
  }
}

function fieldNode(node: SchemaNode, name: string): SchemaNode | undefined {
  if (node.kind === 'struct') return node.fields.get(name)?.node ?? node.others;
  return node.kind === 'map' ? node.values : { kind: 'any' };
}
