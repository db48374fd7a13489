import { trimTime } from '../../../lib/core/trim-time.ts';
import type { TreeNode } from './grow-tree.ts';

/** The tree as a flat list, nearest first; `owners` are the global ids of those owners that are in the list. */
export function treeJson(globalUid: string, nodes: readonly TreeNode[], truncated: boolean): object {
  const shown = new Set(nodes.map(({ object }) => object.uid));
  const items = nodes
    .toSorted((a, b) => Math.abs(a.depth) - Math.abs(b.depth) || a.depth - b.depth)
    .map(({ object, depth }) => ({
      global_uid: `${object.cluster_name}:${object.uid}`,
      depth,
      name: object.name,
      uid: object.uid,
      namespace: object.namespace,
      group: object.api_group,
      version: object.api_version,
      kind: object.kind,
      resource: object.resource,
      cluster_name: object.cluster_name,
      created_at: trimTime(object.created_at),
      ...(object.deleted_at === null ? {} : { deleted_at: trimTime(object.deleted_at) }),
      owners: object.owner_uids.filter((uid) => shown.has(uid)).map((uid) => `${object.cluster_name}:${uid}`),
    }));
  return { root: globalUid, count: items.length, truncated, items };
}
