import { decodeAttributeText, encodeAttributeText } from './attribute-text.ts';
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
    .map(encodeAttributeText)
    .join('/');
}

/** Inverse of `formatSubject`; `undefined` where the text has another shape. */
export function parseSubject(text: string): ResourceSubject | undefined {
  const parts = text.split('/');
  if (parts.length !== 5) return undefined;
  const [group, version, resource, namespace, name] = parts.map(decodeAttributeText);
  if (group === undefined || namespace === undefined) return undefined;
  if (!version || !resource || !name) return undefined;
  return { group, version, resource, namespace, name };
}

/** `/clusters/<cluster>/<function>`, the CloudEvent `source`. */
export function formatSource(cluster: string, functionName: string): string {
  return `/clusters/${encodeAttributeText(cluster)}/${functionName}`;
}

/** Inverse of `formatSource`; `undefined` for sources that are not ours. */
export function parseSource(source: string): { cluster: string; functionName: string } | undefined {
  const parts = source.split('/');
  const [empty, clusters, cluster, functionName] = parts;
  if (parts.length !== 4 || empty !== '' || clusters !== 'clusters' || !cluster || !functionName)
    return undefined;
  const decoded = decodeAttributeText(cluster);
  return decoded === undefined ? undefined : { cluster: decoded, functionName };
}
