import type { ResourceKind } from './resource-kind.ts';

/** Where an object lives: the parts of a CloudEvent `subject` plus the cluster. */
export type ResourceSubject = Omit<ResourceKind, 'kind'> & {
  /** `''` for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
};

/** `<group>/<version>/<resource>/<namespace>/<name>`; empty parts stay empty, as in `/v1/nodes//n1`. */
export function formatSubject(subject: ResourceSubject): string {
  return [subject.group, subject.version, subject.resource, subject.namespace, subject.name]
    .map(encodePart)
    .join('/');
}

/** Inverse of `formatSubject`; `undefined` where the text has another shape. */
export function parseSubject(text: string): ResourceSubject | undefined {
  const parts = text.split('/');
  if (parts.length !== 5) return undefined;
  const [group, version, resource, namespace, name] = parts.map(decodePart);
  if (group === undefined || namespace === undefined) return undefined;
  if (!version || !resource || !name) return undefined;
  return { group, version, resource, namespace, name };
}

/** `/clusters/<cluster>/<function>`, the CloudEvent `source`. */
export function formatSource(cluster: string, functionName: string): string {
  return `/clusters/${encodePart(cluster)}/${functionName}`;
}

/** Inverse of `formatSource`; `undefined` for sources that are not ours. */
export function parseSource(source: string): { cluster: string; functionName: string } | undefined {
  const parts = source.split('/');
  const [empty, clusters, cluster, functionName] = parts;
  if (parts.length !== 4 || empty !== '' || clusters !== 'clusters' || !cluster || !functionName)
    return undefined;
  const decoded = decodePart(cluster);
  return decoded === undefined ? undefined : { cluster: decoded, functionName };
}

/**
 * Names of RBAC objects may hold any character but `/` and `%`, and cluster names are free text, so what is
 * not plain goes as `~` and two hex digits per UTF-8 byte: a percent sign would be decoded on the way by
 * receivers that follow the HTTP binding and left alone by those that do not.
 */
function encodePart(part: string): string {
  return part.replace(/[^A-Za-z0-9._:@-]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `~${byte.toString(16).padStart(2, '0')}`).join(
      '',
    ),
  );
}

function decodePart(part: string): string | undefined {
  if (!part.includes('~')) return part;
  try {
    return decodeURIComponent(part.replace(/%/g, '%25').replace(/~/g, '%'));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
