import type { ResourceKind } from './resource-kind.ts';

/** Key of an object inside one resource; manifests order by it in byte order, namespace first. */
export type ObjectKey = { readonly namespace: string; readonly name: string };

/**
 * Data of `io.kubemirror.resource.manifest`: everything that exists in one key range of one list (design,
 * section 5). Ranges `(from, to]` of one list cover all keys; a missing end is open.
 */
export type ResourceManifest = ResourceKind & {
  readonly cluster: string;
  /** Namespace that was listed; `''` when the list went over all namespaces or the resource is cluster-scoped. */
  readonly scopeNamespace: string;
  /** resourceVersion of the whole list: what it lacks was gone at this version. */
  readonly listResourceVersion: string;
  readonly from?: ObjectKey;
  readonly to?: ObjectKey;
  /** `[namespace, name, uid, resourceVersion]` of all that exists in the range, in key order. */
  readonly entries: readonly ManifestEntry[];
};

export type ManifestEntry = readonly [namespace: string, name: string, uid: string, resourceVersion: string];

/** Data of `io.kubemirror.resource.wanted`: what the database lacks or holds older than a manifest said. */
export type WantedResources = ResourceKind & {
  readonly cluster: string;
  readonly identities: readonly { readonly namespace: string; readonly name: string; readonly uid: string }[];
};
