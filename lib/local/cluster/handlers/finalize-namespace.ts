import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { asFields, asList } from '../defaults/fill.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeObject } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { conflict } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { requireStored } from './get.ts';
import { requireSameName } from './update.ts';

/** `namespaces/finalize`: takes finalizers off the spec; without any, a terminating namespace goes. */
export async function finalizeNamespace(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseWriteOptions(call, 'UpdateOptions');
  const body = await readBody(call.request);
  const object = decodeObject(body, call.request.headers['content-type'], definition, options);
  requireSameName(object, resource);
  const stored = requireStored(cluster, definition, resource);
  const given = object.metadata.resourceVersion ?? '';
  if (given !== '' && given !== String(stored.revision)) {
    throw conflict(definition, stored.name, 'the object has been modified');
  }
  const finalizers = asList(asFields(object['spec'])['finalizers']) as readonly string[];
  return setSpecFinalizers(cluster, definition, stored, finalizers);
}

/** Writes the finalizers of a namespace's spec, and removes the namespace once nothing holds it. */
export function setSpecFinalizers(
  cluster: ClusterState,
  definition: Definition,
  stored: StoredObject,
  finalizers: readonly string[],
): Answer {
  const live = parseStored(stored) as KubernetesObject;
  const { finalizers: _finalizers, ...spec } = asFields(live['spec']);
  const next = { ...live, spec: finalizers.length === 0 ? spec : { ...spec, finalizers } };
  const held = finalizers.length > 0 || (live.metadata.finalizers ?? []).length > 0;
  if (live.metadata.deletionTimestamp !== undefined && !held) {
    cluster.store.remove(definition.storage, stored.key);
    return { kind: 'object', code: 200, object: next, definition };
  }
  const after = cluster.store.put(definition.storage, next, fieldsOfDefinition(definition));
  return { kind: 'stored', code: 200, definition, stored: after };
}
