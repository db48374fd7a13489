import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import type { Definition } from '../registry/definition.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { parseDeleteOptions } from '../writes/delete-options.ts';
import { requireStored } from './get.ts';
import { list } from './list.ts';

export async function remove(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseDeleteOptions(call, await readBody(call.request));
  return deleteObject(cluster, definition, requireStored(cluster, definition, resource), options);
}

/** Deletes everything that a list with the same options shows, and answers with that list. */
export async function removeCollection(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseDeleteOptions(call, await readBody(call.request));
  const found = await list(cluster, call, definition, resource);
  if (found.kind !== 'list') return found;
  for (const { key } of found.items) {
    const stored = cluster.store.get(definition.storage, key);
    if (stored !== undefined) deleteObject(cluster, definition, stored, options);
  }
  return found;
}
