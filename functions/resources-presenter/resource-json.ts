import type { ChosenFields } from '../../lib/core/query-fields.ts';
import { trimTime } from '../../lib/core/trim-time.ts';
import type { ResourceRow } from '../../lib/postgres/list-resources.ts';

/**
 * One item as the seed stack words it, or only the chosen fields of it. Stored JSON goes in as the text that the
 * database gave: parsing it would cost time and the exact value of large numbers.
 */
export function resourceJson(row: ResourceRow, fields: ChosenFields | undefined): string {
  const item: Record<string, string> = {
    name: row.name,
    uid: row.uid,
    global_uid: row.global_uid,
    namespace: row.namespace,
    group: row.api_group,
    version: row.api_version,
    kind: row.kind,
    resource: row.resource,
    cluster_name: row.cluster_name,
    created_at: trimTime(row.created_at),
    updated_at: trimTime(row.updated_at),
    ...(row.deleted_at === null ? {} : { deleted_at: trimTime(row.deleted_at) }),
    ...(row.composition_id === null ? {} : { composition_id: row.composition_id }),
  };
  const members = Object.entries(item)
    .filter(([name]) => fields === undefined || fields.members.includes(name))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  if (row.raw !== null) members.push(`"raw":${row.raw}`);
  else if (fields !== undefined && row.parts !== null) {
    members.push(`"raw":${nestedJson(fields.paths, row.parts)}`);
  }
  if (row.status_raw !== null) members.push(`"status_raw":${row.status_raw}`);
  return `{${members.join(',')}}`;
}

type Tree = Map<string, Tree | string>;

/** JSON texts at paths, put together again as one object; absent ones leave nothing. */
function nestedJson(paths: readonly (readonly string[])[], parts: readonly (string | null)[]): string {
  const root: Tree = new Map();
  paths.forEach((path, index) => {
    const text = parts[index];
    if (text !== null && text !== undefined) plant(root, path, text);
  });
  return write(root);
}

/** A path below or above another one that is there already adds nothing or takes its place. */
function plant(tree: Tree, path: readonly string[], text: string): void {
  const [segment, ...rest] = path;
  if (segment === undefined) return;
  const known = tree.get(segment);
  if (rest.length === 0) {
    tree.set(segment, text);
  } else if (known === undefined || typeof known !== 'string') {
    const branch: Tree = known ?? new Map<string, Tree | string>();
    tree.set(segment, branch);
    plant(branch, rest, text);
  }
}

function write(tree: Tree): string {
  const members = [...tree].map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : write(value)}`,
  );
  return `{${members.join(',')}}`;
}
