import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeObject } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import type { Definition } from '../registry/definition.ts';
import { createObject } from '../writes/create-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';

export async function create(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseWriteOptions(call, 'CreateOptions');
  const body = await readBody(call.request);
  const object = decodeObject(body, call.request.headers['content-type'], definition, options);
  return createObject(cluster, definition, { object, namespace: resource.namespace, options });
}
