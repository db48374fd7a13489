import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import type { Definition } from '../registry/definition.ts';
import { normalizeObject } from '../registry/normalize.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';

/** A stored object in the version of the definition; shared with the store, so never changed in place. */
export function presentObject(definition: Definition, stored: StoredObject): Readonly<KubernetesObject> {
  const object = parseStored(stored);
  if (definition.conversion === undefined) return object;
  return normalizeObject(definition, definition.conversion.fromStored(object));
}

/** The same as JSON; without a conversion the stored bytes themselves. */
export function presentBytes(definition: Definition, stored: StoredObject): Buffer {
  if (definition.conversion === undefined) return stored.bytes;
  return Buffer.from(JSON.stringify(presentObject(definition, stored)));
}

/**
 * One item of a list. Typed lists leave `kind` and `apiVersion` of their items out; custom resources carry
 * them. Both are at the front of the stored bytes, so leaving them out is a slice.
 */
export function presentItemBytes(definition: Definition, stored: StoredObject): readonly Buffer[] {
  if (definition.custom !== undefined) return [presentBytes(definition, stored)];
  if (definition.conversion !== undefined) {
    const { kind: _kind, apiVersion: _apiVersion, ...item } = presentObject(definition, stored);
    return [Buffer.from(JSON.stringify(item))];
  }
  const head = JSON.stringify({ kind: definition.kind, apiVersion: apiVersionOf(definition) });
  return [openBrace, stored.bytes.subarray(head.length)];
}

const openBrace = Buffer.from('{');
