import { isUtf8 } from 'node:buffer';
import type { KubernetesObject } from './kubernetes-object.ts';

export type ParsedObject =
  | {
      readonly kind: 'object';
      readonly object: KubernetesObject;
      /** The JSON as PostgreSQL takes it; the very bytes that came, wherever possible. */
      readonly json: Uint8Array;
    }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * A Kubernetes object from the bytes of its JSON. What the database could never take is found here, where it
 * costs microseconds: there it would cost a batch its transaction. Identity fields of a wrong type count as
 * absent; everything else stays as it is.
 * @param parse `parseExactJson` where the object is written out again; plain parsing is faster
 */
export function parseKubernetesObject(
  data: unknown,
  parse: (text: string) => unknown = JSON.parse,
): ParsedObject {
  if (!(data instanceof Uint8Array)) return { kind: 'invalid', reason: 'the event has no data' };
  if (!isUtf8(data)) return { kind: 'invalid', reason: 'data is not UTF-8' };
  // PostgreSQL takes no byte order mark.
  const bytes = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const parsed = parseJson(text, parse);
  if (parsed === undefined) return { kind: 'invalid', reason: 'data is not JSON' };
  const object = parsed.value;
  if (!isRecord(object) || !isRecord(object['metadata'])) {
    return { kind: 'invalid', reason: 'data is no Kubernetes object: metadata is missing' };
  }
  if (text.includes('\\u0000') && nulEscape.test(text)) {
    return { kind: 'invalid', reason: 'data holds a NUL character, which PostgreSQL cannot store' };
  }
  return { kind: 'object', object: withTypedIdentity(object), json: bytes };
}

/** An escape that is not itself escaped: an even number of backslashes stands before it. */
const nulEscape = /(?<!\\)(?:\\\\)*\\u0000/;

function parseJson(text: string, parse: (text: string) => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const identityFields = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'] as const;

function withTypedIdentity(object: Record<string, unknown>): KubernetesObject {
  const metadata = object['metadata'] as Record<string, unknown>;
  const badFields = identityFields.filter(
    (field) => metadata[field] !== undefined && typeof metadata[field] !== 'string',
  );
  const badLabels = metadata['labels'] !== undefined && !isRecord(metadata['labels']);
  const badKinds = (['apiVersion', 'kind'] as const).filter(
    (field) => object[field] !== undefined && typeof object[field] !== 'string',
  );
  if (badFields.length === 0 && badKinds.length === 0 && !badLabels) return object as KubernetesObject;
  const typed = { ...metadata };
  for (const field of badFields) delete typed[field];
  if (badLabels) delete typed['labels'];
  const copy: Record<string, unknown> = { ...object, metadata: typed };
  for (const field of badKinds) delete copy[field];
  return copy as KubernetesObject;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
