import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { formatObjectSelector, type ObjectLabelSelector } from '../../../core/object-label-selector.ts';
import type { ClusterState } from '../cluster-state.ts';
import { asFields } from '../defaults/fill.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeValue } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { invalid, modified } from '../http/status-error.ts';
import { applyJsonPatch } from '../patch-json.ts';
import { applyMergePatch } from '../patch-merge.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition, ScalePaths } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { invalid as invalidField } from '../validation/field-problem.ts';
import { updateObject } from '../writes/update-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { requireStored } from './get.ts';
import { parsePatch, patchedObject } from './patch-outcome.ts';

type Scale = {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec?: { readonly replicas?: number };
};

/** The scale subresource: how many replicas are wanted and how many there are, whatever the kind. */
export async function scale(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const stored = requireStored(cluster, definition, resource);
  if (call.info.verb === 'get') {
    return { kind: 'object', code: 200, object: scaleOf(definition, stored) };
  }
  const options = parseWriteOptions(call, call.info.verb === 'patch' ? 'PatchOptions' : 'UpdateOptions');
  const body = await readBody(call.request);
  const wanted = wantedScale(call, definition, stored, body);
  const version = wanted.metadata?.resourceVersion ?? '';
  if (version !== '' && version !== String(stored.revision)) throw modified(definition, stored.name);
  const replicas = wanted.spec?.replicas ?? 0;
  if (replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, stored.name, [
      invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
  const live = presentObject(definition, stored) as KubernetesObject;
  const path = pathsOf(definition).specReplicasPath;
  const answer = updateObject(cluster, definition, stored, {
    object: setAt(live, path, replicas),
    subresource: '',
    options,
    trackedSubresource: 'scale',
  });
  if (answer.kind !== 'stored') return answer;
  return { kind: 'object', code: 200, object: scaleOf(definition, answer.stored) };
}

function wantedScale(call: Call, definition: Definition, stored: StoredObject, body: Buffer): Scale {
  const contentType = call.request.headers['content-type'];
  if (call.info.verb === 'update') return decodeValue(body, contentType, 'Scale') as Scale;
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim();
  // Scale has no lists, so a strategic merge is a plain one.
  const apply = mediaType === 'application/json-patch+json' ? applyJsonPatch : applyMergePatch;
  return patchedObject(apply(scaleOf(definition, stored), parsePatch(body.toString()))) as Scale;
}

const builtInPaths: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
};

function pathsOf(definition: Definition): ScalePaths {
  return definition.custom?.scale ?? builtInPaths;
}

function scaleOf(definition: Definition, stored: StoredObject): Readonly<Record<string, unknown>> {
  const object = presentObject(definition, stored);
  const paths = pathsOf(definition);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorOf(definition, object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, paths.specReplicasPath) },
    status: {
      replicas: valueAt(object, paths.statusReplicasPath) ?? 0,
      ...(selector === undefined || selector === '' ? {} : { selector }),
    },
  };
}

function selectorOf(definition: Definition, object: Readonly<KubernetesObject>): string | undefined {
  const path = definition.custom?.scale?.labelSelectorPath;
  if (definition.custom !== undefined) {
    const value = path === undefined ? undefined : valueAt(object, path);
    return typeof value === 'string' ? value : undefined;
  }
  const selector = asFields(object['spec'])['selector'];
  if (definition.resource === 'replicationcontrollers') {
    return formatObjectSelector({ matchLabels: asFields(selector) as Record<string, string> });
  }
  return formatObjectSelector(asFields(selector) as ObjectLabelSelector);
}

function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((part) => part !== '')
    .reduce<unknown>((value, name) => asFields(value)[name], object);
}

function setAt(object: KubernetesObject, path: string, value: unknown): KubernetesObject {
  const parts = path.split('.').filter((part) => part !== '');
  const set = (current: unknown, [name, ...rest]: readonly string[]): unknown =>
    name === undefined ? value : { ...asFields(current), [name]: set(asFields(current)[name], rest) };
  return set(object, parts) as KubernetesObject;
}
