import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeObject } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { badRequest } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { objectKey } from '../store/stored-object.ts';
import { strategyOf } from '../strategies/strategy-of.ts';
import { createObject } from '../writes/create-object.ts';
import { updateObject } from '../writes/update-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { requireStored } from './get.ts';

export async function update(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseWriteOptions(call, 'UpdateOptions');
  const body = await readBody(call.request);
  const object = decodeObject(body, call.request.headers['content-type'], definition, options);
  requireSameName(object, resource);
  const key = objectKey(definition.namespaced ? resource.namespace : '', resource.name);
  const missing = cluster.store.get(definition.storage, key) === undefined;
  if (missing && resource.subresource === '' && strategyOf(definition).createsOnUpdate === true) {
    return createObject(cluster, definition, { object, namespace: resource.namespace, options });
  }
  const stored = requireStored(cluster, definition, resource);
  const subresource = resource.subresource === 'status' ? 'status' : '';
  return updateObject(cluster, definition, stored, { object, subresource, options });
}

/** @throws StatusError 400 where the object is another one than the URL names */
export function requireSameName(
  object: KubernetesObject,
  resource: Pick<ResourceInfo, 'name' | 'namespace'>,
): void {
  const { name = '', namespace = '' } = object.metadata;
  if (name === '') {
    throw badRequest(
      `the name of the object (${resource.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== resource.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${resource.name})`,
    );
  }
  if (namespace !== '' && resource.namespace !== '' && namespace !== resource.namespace) {
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${resource.namespace})`,
    );
  }
}
