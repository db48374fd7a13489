import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { notFound } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { objectKey, type StoredObject } from '../store/stored-object.ts';
import { awaitRevision } from './await-revision.ts';
import { parseRevision } from './list-options.ts';

export async function get(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const wanted = parseRevision(call.info.query.get('resourceVersion') ?? '', false);
  if (wanted !== undefined) await awaitRevision(cluster, wanted);
  return { kind: 'stored', code: 200, definition, stored: requireStored(cluster, definition, resource) };
}

/** @throws StatusError 404 */
export function requireStored(
  cluster: ClusterState,
  definition: Definition,
  resource: Pick<ResourceInfo, 'namespace' | 'name'>,
): StoredObject {
  const key = objectKey(definition.namespaced ? resource.namespace : '', resource.name);
  const stored = cluster.store.get(definition.storage, key);
  if (stored === undefined) throw notFound(definition, resource.name);
  return stored;
}
