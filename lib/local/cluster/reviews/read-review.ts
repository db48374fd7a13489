import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeObject } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { Definition } from '../registry/definition.ts';
import { trackManagedFields } from '../writes/managed-fields.ts';
import { parseWriteOptions } from '../writes/write-options.ts';

/** The object of a review request, as the server echoes it: with the fields that the client set attributed. */
export async function readReview(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  namespace = '',
): Promise<KubernetesObject> {
  const options = parseWriteOptions(call, 'CreateOptions');
  const body = await readBody(call.request);
  const object = decodeObject(body, call.request.headers['content-type'], definition, options);
  return trackManagedFields(definition, {
    before: undefined,
    after: {
      ...object,
      metadata: namespace === '' ? object.metadata : { ...object.metadata, namespace },
      spec: withoutEmpty(object['spec']),
    },
    options,
    now: cluster.now(),
    subresource: '',
  });
}

/** Empty strings and lists are left out, as the server's own types leave them out. */
function withoutEmpty(spec: unknown): Record<string, unknown> {
  const entries = Object.entries((spec ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)),
  );
}

export function answerReview(object: KubernetesObject, status: object): Answer {
  return { kind: 'object', code: 201, object: { ...object, status } };
}
