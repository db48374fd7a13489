import type { FieldConflict } from './apply-server-side.ts';
import { formatFieldPath } from './fields-v1.ts';
import type { Manager } from './managers.ts';

/** What the 409 answer says of a failed apply: its message, and a cause for each contested field. */
export function describeConflicts(conflicts: readonly FieldConflict[]): {
  readonly message: string;
  readonly causes: { readonly reason: string; readonly message: string; readonly field: string }[];
} {
  return {
    message: messageOf(conflicts),
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${formatManager(manager)}`,
      field: formatFieldPath(path),
    })),
  };
}

function messageOf(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    const path = formatFieldPath(first.path);
    return `Apply failed with 1 conflict: conflict with ${formatManager(first.manager)}: ${path}`;
  }
  const byManager = Map.groupBy(conflicts, ({ manager }) => formatManager(manager));
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, own]) => [
      `conflicts with ${manager}:`,
      ...own.map(({ path }) => `- ${formatFieldPath(path)}`),
    ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function formatManager({ name, operation, apiVersion, subresource }: Manager): string {
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const how = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(name)}${where}${how}`;
}
