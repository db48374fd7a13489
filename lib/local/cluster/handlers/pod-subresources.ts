import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { asFields } from '../defaults/fill.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeValue } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { badRequest, conflict, plainError } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored } from '../store/stored-object.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { timestamp } from '../writes/timestamp.ts';
import { requireStored } from './get.ts';

/** `pods/binding`: puts a pod on a node, once. */
export async function bindPod(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const body = await readBody(call.request);
  const binding = asFields(decodeValue(body, call.request.headers['content-type'], 'Binding'));
  const node = asFields(binding['target'])['name'];
  if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
  const stored = requireStored(cluster, definition, resource);
  const pod = parseStored(stored) as KubernetesObject;
  const spec = asFields(pod['spec']);
  if (spec['nodeName']) {
    throw conflict(
      { group: '', resource: 'pods/binding' },
      stored.name,
      `pod ${stored.name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`,
    );
  }
  const at = timestamp(cluster.now());
  const status = asFields(pod['status']);
  const conditions = [
    ...((status['conditions'] ?? []) as readonly object[]),
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: at },
  ];
  const bound = { ...pod, spec: { ...spec, nodeName: node }, status: { ...status, conditions } };
  cluster.store.put(definition.storage, bound, fieldsOfDefinition(definition));
  return created;
}

/** `pods/eviction`: a deletion that disruption budgets may refuse; there is nobody here to disrupt. */
export async function evictPod(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const body = await readBody(call.request);
  const eviction = asFields(decodeValue(body, call.request.headers['content-type'], 'Eviction'));
  const options = asFields(eviction['deleteOptions']);
  const grace = options['gracePeriodSeconds'];
  deleteObject(cluster, definition, requireStored(cluster, definition, resource), {
    dryRun: false,
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: undefined,
    orphanDependents: undefined,
    preconditions: asFields(options['preconditions']) as { uid?: string; resourceVersion?: string },
  });
  return created;
}

/** `pods/log`: no container runs here, so there is nothing to read. */
export function readPodLog(
  cluster: ClusterState,
  _call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Answer {
  const stored = requireStored(cluster, definition, resource);
  const node = asFields(parseStored(stored)['spec'])['nodeName'];
  if (typeof node !== 'string' || node === '') {
    throw badRequest(`pod ${stored.name} does not have a host assigned`);
  }
  throw plainError(
    `Get "https://${node}:10250/containerLogs/${stored.key}": dial tcp: lookup ${node}: no such host`,
  );
}

const created: Answer = {
  kind: 'object',
  code: 201,
  object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
};
