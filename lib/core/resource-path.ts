import type { ResourceKind } from './resource-kind.ts';

/**
 * Path of a collection or, with a name, of one object; no query.
 * @param place.namespace `''` for all namespaces and for cluster-scoped resources
 */
export function resourcePath(
  kind: Pick<ResourceKind, 'group' | 'version' | 'resource'>,
  place: { readonly namespace: string; readonly name?: string },
): string {
  const api = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = place.namespace === '' ? '' : `/namespaces/${encodeURIComponent(place.namespace)}`;
  const object = place.name === undefined ? '' : `/${encodeURIComponent(place.name)}`;
  return `${api}${scope}/${kind.resource}${object}`;
}
