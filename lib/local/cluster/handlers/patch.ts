import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodePatched } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { invalid, StatusError, unsupportedMediaType } from '../http/status-error.ts';
import { applyJsonPatch } from '../patch-json.ts';
import { applyMergePatch } from '../patch-merge.ts';
import { applyStrategicMergePatch, type StrategicPatchOutcome } from '../patch-strategic.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition } from '../registry/definition.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { invalid as invalidField } from '../validation/field-problem.ts';
import { updateObject } from '../writes/update-object.ts';
import { parseWriteOptions, type WriteOptions } from '../writes/write-options.ts';
import { apply } from './apply.ts';
import { requireStored } from './get.ts';
import { parsePatch, patchedObject } from './patch-outcome.ts';
import { requireSameName } from './update.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const strategicPatchType = 'application/strategic-merge-patch+json';
const applyType = 'application/apply-patch+yaml';

export async function patch(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const mediaType = (call.request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  if (mediaType === applyType) return apply(cluster, call, definition, resource);
  requirePatchType(definition, mediaType);
  const options = parseWriteOptions(call, 'PatchOptions');
  const text = (await readBody(call.request)).toString();
  const stored = requireStored(cluster, definition, resource);
  const live = presentObject(definition, stored);
  const patched = patchedObject(outcomeOf(definition, mediaType, live, parsePatch(text)));
  const object = decodeStrictly(definition, patched, options);
  requireSameName(object, resource);
  const subresource = resource.subresource === 'status' ? 'status' : '';
  return updateObject(cluster, definition, stored, { object, subresource, options });
}

function requirePatchType(definition: Definition, mediaType: string): void {
  if (mediaType === jsonPatchType || mediaType === mergePatchType) return;
  if (definition.custom !== undefined) {
    throw unsupportedMediaType([jsonPatchType, mergePatchType, applyType]);
  }
  if (mediaType === strategicPatchType) return;
  throw new StatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
    details: {},
  });
}

function outcomeOf(
  definition: Definition,
  mediaType: string,
  live: Readonly<KubernetesObject>,
  change: unknown,
): StrategicPatchOutcome {
  if (mediaType === jsonPatchType) return applyJsonPatch(live, change);
  const type = builtInSchema(definition);
  if (mediaType === mergePatchType || type === undefined) return applyMergePatch(live, change);
  return applyStrategicMergePatch(live, change, type);
}

function decodeStrictly(definition: Definition, patched: unknown, options: WriteOptions): KubernetesObject {
  const decoded = decodePatched(patched, definition);
  const refuse = (why: string) => {
    throw invalid({ group: '', kind: '' }, '', [invalidField('patch', JSON.stringify(patched), why)]);
  };
  if ('mismatch' in decoded) return refuse(decoded.mismatch);
  const { object, problems } = decoded;
  if (problems.length > 0 && options.fieldValidation === 'Strict') {
    refuse(`strict decoding error: ${problems.join(', ')}`);
  }
  if (options.fieldValidation === 'Warn') for (const problem of problems) options.warn(problem);
  return object;
}
