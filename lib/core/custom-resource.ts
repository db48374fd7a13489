import type { KubernetesObject } from './kubernetes-object.ts';
import type { ResourceKind } from './resource-kind.ts';
import { compareVersionPriority } from './version-priority.ts';

/** What a CustomResourceDefinition says about how to follow its objects. */
export type CustomResource = ResourceKind & {
  readonly namespaced: boolean;
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a CustomResourceDefinition (apiextensions.k8s.io/v1). All served versions are the same objects, so one
 * is enough: the storage version where it is served, which needs no conversion, else the best served one.
 * @returns `undefined` while the definition is not established, serves nothing, or is malformed
 */
export function readCustomResource(definition: KubernetesObject): CustomResource | undefined {
  const spec = record(definition['spec']);
  // The accepted names are in the status: those of the spec may collide with another definition's.
  const status = record(definition['status']);
  const names = record(status['acceptedNames']);
  const { group, scope } = spec;
  const { plural, kind } = names;
  if (!hasCondition(status, 'Established') || typeof group !== 'string') return undefined;
  if (typeof plural !== 'string' || plural === '' || typeof kind !== 'string') return undefined;
  const served = records(spec['versions']).filter((version) => version['served'] === true);
  const version =
    served.find((candidate) => candidate['storage'] === true)?.['name'] ??
    served.map((candidate) => String(candidate['name'])).toSorted(compareVersionPriority)[0];
  if (typeof version !== 'string') return undefined;
  return { group, version, resource: plural, kind, namespaced: scope === 'Namespaced' };
}

function hasCondition(status: Json, type: string): boolean {
  return records(status['conditions']).some(
    (condition) => condition['type'] === type && condition['status'] === 'True',
  );
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}
