import { parse as parseYaml } from 'yaml';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import { applyServerSide } from '../apply/apply-server-side.ts';
import { describeConflicts } from '../apply/conflict-message.ts';
import { typedProblems } from '../apply/typed-problems.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { readBody } from '../http/read-body.ts';
import { isTrue, type ResourceInfo } from '../http/request-info.ts';
import { badRequest, conflict, modified, notFound, plainError, StatusError } from '../http/status-error.ts';
import { presentObject } from '../present/present-object.ts';
import type { Definition } from '../registry/definition.ts';
import { emptyObject } from '../registry/normalize.ts';
import { schemaOf } from '../registry/schema-of.ts';

import { objectKey } from '../store/stored-object.ts';
import { createObject } from '../writes/create-object.ts';
import { ignoredFields } from '../writes/managed-fields.ts';
import { timestamp } from '../writes/timestamp.ts';
import { updateObject } from '../writes/update-object.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { requireSameName } from './update.ts';

/** Server-side apply: lays a configuration over the live object, or creates it. */
export async function apply(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const { query } = call.info;
  const options = parseWriteOptions(call, 'PatchOptions', true);
  const applied = decodeApplied(await readBody(call.request), definition);
  const subresource = resource.subresource === 'status' ? 'status' : '';
  const key = objectKey(definition.namespaced ? resource.namespace : '', resource.name);
  const stored = cluster.store.get(definition.storage, key);
  if (stored === undefined && subresource !== '') throw notFound(definition, resource.name);
  requireSameName(applied, resource);
  const version = applied.metadata.resourceVersion ?? '';
  if (version !== '' && version !== String(stored?.revision ?? '')) {
    throw modified(definition, resource.name);
  }
  const { uid = '' } = applied.metadata;
  if (stored === undefined && uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(definition, resource.name, why);
  }
  requireTyped(applied, definition, resource);
  const outcome = applyServerSide({
    live: stored === undefined ? emptyObject(definition) : presentObject(definition, stored),
    applied: withoutServerFields(applied),
    manager: options.manager,
    force: isTrue(query.get('force')),
    schema: schemaOf(definition),
    apiVersion: apiVersionOf(definition),
    time: timestamp(cluster.now()),
    subresource,
    ignoredFields: ignoredFields(definition, subresource),
  });
  if (outcome.kind === 'conflict') {
    const { message, causes } = describeConflicts(outcome.conflicts);
    throw new StatusError({ code: 409, reason: 'Conflict', message, details: { causes } });
  }
  const { object } = outcome;
  if (stored === undefined) {
    return createObject(cluster, definition, {
      object,
      namespace: resource.namespace,
      options,
      managedFieldsGiven: true,
    });
  }
  return updateObject(cluster, definition, stored, {
    object,
    subresource,
    options,
    managedFieldsGiven: true,
  });
}

function decodeApplied(body: Buffer, definition: Definition): KubernetesObject {
  const value = parseApplied(body.toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('error decoding YAML: the body is no object');
  }
  const object = value as KubernetesObject;
  const expected = apiVersionOf(definition);
  if (object.apiVersion !== expected || object.kind !== definition.kind) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${object.apiVersion ?? ''}, ` +
        `expected: ${expected}`,
    );
  }
  if (object.metadata?.managedFields !== undefined) {
    throw badRequest('metadata.managedFields must be nil');
  }
  return { ...object, metadata: object.metadata ?? {} };
}

function parseApplied(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw badRequest(`error decoding YAML: ${error.message}`);
  }
}

/** Ownership is kept by type, so what does not fit its type cannot be applied. */
function requireTyped(
  applied: KubernetesObject,
  definition: Definition,
  resource: Pick<ResourceInfo, 'namespace' | 'name'>,
): void {
  const found = typedProblems(applied, schemaOf(definition));
  if (found.length === 0) return;
  const where = [resource.namespace, resource.name].join('/');
  const problems = found.length === 1 ? found[0] : `errors:\n  ${found.join('\n  ')}`;
  throw plainError(
    `failed to create typed patch object (${where}; ${applied.apiVersion === 'v1' ? '/v1' : applied.apiVersion}, ` +
      `Kind=${definition.kind}): ${problems}`,
  );
}

/** What clients send back of what they read is not theirs to apply. */
function withoutServerFields(applied: KubernetesObject): KubernetesObject {
  const { resourceVersion: _resourceVersion, ...metadata } = applied.metadata;
  return { ...applied, metadata };
}
