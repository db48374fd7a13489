import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { describeJsonError } from '../http/describe-json-error.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { badRequest, StatusError, unsupportedMediaType } from '../http/status-error.ts';
import { applyJsonPatch, type PatchOutcome } from '../patch-json.ts';
import { applyMergePatch } from '../patch-merge.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition } from '../registry/definition.ts';
import { updateObject } from '../writes/update-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { apply } from './apply.ts';
import { requireStored } from './get.ts';
import { requireSameName } from './update.ts';

const patchTypes: Readonly<Record<string, (object: unknown, patch: unknown) => PatchOutcome>> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': applyMergePatch,
};

const applyType = 'application/apply-patch+yaml';

export async function patch(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const mediaType = (call.request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  if (mediaType === applyType) return apply(cluster, call, definition, resource);
  const patchObject = patchTypes[mediaType];
  if (patchObject === undefined) throw wrongType(definition);
  const options = parseWriteOptions(call, 'PatchOptions');
  const body = await readBody(call.request);
  const stored = requireStored(cluster, definition, resource);
  const outcome = patchObject(presentObject(definition, stored), parsePatch(body));
  if (outcome.kind === 'malformed') throw badRequest(outcome.message);
  if (outcome.kind === 'inapplicable') throw inapplicable(outcome.message);
  const object = outcome.object as KubernetesObject;
  requireSameName(object, resource);
  const subresource = resource.subresource === 'status' ? 'status' : '';
  return updateObject(cluster, definition, stored, { object, subresource, options });
}

function wrongType(definition: Definition): StatusError {
  if (definition.custom !== undefined) return unsupportedMediaType([...Object.keys(patchTypes), applyType]);
  return new StatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
    details: {},
  });
}

function inapplicable(_message: string): StatusError {
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  });
}

function parsePatch(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`error decoding patch: ${describeJsonError(text)}`);
  }
}
