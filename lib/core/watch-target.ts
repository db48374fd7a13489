import type { ResourceKind } from './resource-kind.ts';

/** One resource in one namespace scope, followed by one reflector. */
export type WatchTarget = {
  readonly kind: ResourceKind;
  /** `''` for all namespaces and for cluster-scoped resources. */
  readonly namespace: string;
  /** Defined by a CustomResourceDefinition, which can vanish. */
  readonly custom: boolean;
};

/** Stays the same when the version changes: the objects are the same. */
export function targetKey(target: Pick<WatchTarget, 'kind' | 'namespace'>): string {
  return `${target.kind.group}/${target.kind.resource}/${target.namespace}`;
}
