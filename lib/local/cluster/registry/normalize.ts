import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { decodeTyped, zeroObject } from '../schemas/decode-typed.ts';
import type { Definition } from './definition.ts';

/** An object in the form in which the server's own type writes it; custom resources stay as they are. */
export function normalizeObject(definition: Definition, object: KubernetesObject): KubernetesObject {
  const type = definition.custom === undefined ? builtInSchema(definition) : undefined;
  if (type === undefined) return object;
  const decoded = decodeTyped(object, type);
  if (decoded.kind === 'invalid') {
    throw new Error(`Cannot write ${definition.kind} "${object.metadata.name}": ${decoded.message}`);
  }
  const { apiVersion = apiVersionOf(definition), kind = definition.kind } = object;
  return { ...(decoded.object as KubernetesObject), apiVersion, kind };
}

/** The object of a kind with nothing set: what a create is compared with. */
export function emptyObject(definition: Definition): KubernetesObject {
  const identity = { apiVersion: apiVersionOf(definition), kind: definition.kind, metadata: {} };
  const type = definition.custom === undefined ? builtInSchema(definition) : undefined;
  if (type === undefined) return identity;
  const { apiVersion: _apiVersion, kind: _kind, ...zero } = zeroObject(type) as KubernetesObject;
  return { ...identity, ...zero, metadata: {} };
}
